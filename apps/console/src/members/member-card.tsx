'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listUsers, type User } from '@weir/contracts/iam';
import { deleteUser } from '@weir/contracts/members';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const queryKey = ['members'];

export function MemberCard({ ownId }: { readonly ownId: string }) {
  const { data, error } = useQuery({
    queryKey,
    queryFn: ({ signal }) => call(listUsers, { query: { page_size: 100 } }, signal),
  });
  return (
    <Card title="Members">
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-16" />}
      <ul aria-label="Members">
        {data?.data.map((user) => (
          <Row key={user.id} user={user} isOwn={user.id === ownId} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ user, isOwn }: { readonly user: User; readonly isOwn: boolean }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(deleteUser, { params: { id: user.id } }),
    onSuccess: async () => {
      setOpen(false);
      if (isOwn) window.location.assign('/clusters');
      else await queries.invalidateQueries({ queryKey });
    },
  });
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0">
        <p className="font-medium break-words">
          {user.full_name}
          {isOwn && <span className="ml-2 text-[13px] font-normal text-good">you</span>}
        </p>
        <p className="text-[13px] break-all text-ink-soft">{user.email}</p>
      </div>
      <Button
        look="danger"
        size="small"
        aria-label={isOwn ? 'Leave' : `Remove ${user.email}`}
        onClick={() => setOpen(true)}
      >
        {isOwn ? 'Leave' : 'Remove'}
      </Button>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title={isOwn ? 'Leave this organization?' : 'Remove this member?'}
        description={`${isOwn ? 'You lose' : `${user.full_name} loses`} its clusters at once, and every key made here by ${isOwn ? 'you' : 'this member'} is revoked.`}
        name={user.email}
        action={isOwn ? 'Leave' : 'Remove'}
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
