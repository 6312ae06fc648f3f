'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listUsers, type User } from '@weir/contracts/iam';
import { deleteUser } from '@weir/contracts/members';
import { useState } from 'react';
import { useRoleBindings } from '../access/use-access.ts';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const queryKey = ['members'];

interface Props {
  readonly ownId: string;
  /** Of the organization; null: the person has no role in it. */
  readonly crn: string | null;
  readonly mayManage: boolean;
  readonly seesAll: boolean;
}

export function MemberCard({ ownId, crn, mayManage, seesAll }: Props) {
  const bindings = useRoleBindings(crn);
  const rolesOf = (id: string) => [
    ...new Set(
      bindings.data?.filter(({ principal }) => principal === `User:${id}`).map(({ role_name }) => role_name),
    ),
  ];
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
          <Row
            key={user.id}
            user={user}
            roles={bindings.data === undefined ? null : rolesOf(user.id)}
            isOwn={user.id === ownId}
            mayManage={mayManage}
          />
        ))}
      </ul>
      {!seesAll && (
        <p className="px-4 py-3 text-[13px] text-ink-soft">Others are shown to who may give them roles.</p>
      )}
    </Card>
  );
}

interface RowProps {
  readonly user: User;
  /** null: not known yet. */
  readonly roles: readonly string[] | null;
  readonly isOwn: boolean;
  readonly mayManage: boolean;
}

function Row({ user, roles, isOwn, mayManage }: RowProps) {
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
        {roles !== null && (
          <p className="text-[13px]">{roles.length === 0 ? 'No role yet' : roles.join(', ')}</p>
        )}
      </div>
      {mayManage && (
        <Button
          look="danger"
          size="small"
          aria-label={isOwn ? 'Leave' : `Remove ${user.email}`}
          onClick={() => setOpen(true)}
        >
          {isOwn ? 'Leave' : 'Remove'}
        </Button>
      )}
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
