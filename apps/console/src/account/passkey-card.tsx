'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { deletePasskey, listPasskeys, type Passkey } from '@weir/contracts/passkeys';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { dateText } from '../ui/figures.ts';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AddPasskey } from './add-passkey.tsx';

const queryKey = ['passkeys'];

export function PasskeyCard({ isVerified }: { readonly isVerified: boolean }) {
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const { data, error } = useQuery({ queryKey, queryFn: ({ signal }) => call(listPasskeys, {}, signal) });
  const add = (
    <Button size="small" disabled={!isVerified} onClick={() => setAdding(true)}>
      Add a passkey
    </Button>
  );
  return (
    <Card title="Passkeys" aside={add}>
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-16" />}
      {data?.data.length === 0 && (
        <p className="p-4 text-ink-soft">
          A passkey signs you in by your fingerprint, your face or the PIN of your device, without a password
          or a code.
        </p>
      )}
      <ul>
        {data?.data.map((passkey) => (
          <Row key={passkey.id} passkey={passkey} />
        ))}
      </ul>
      <Modal
        open={adding}
        onOpenChange={setAdding}
        title="Add a passkey"
        description="Your password first, so that nobody else adds one for you."
      >
        <AddPasskey
          onAdded={() => {
            setAdding(false);
            void queries.invalidateQueries({ queryKey });
          }}
        />
      </Modal>
    </Card>
  );
}

function Row({ passkey }: { readonly passkey: Passkey }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(deletePasskey, { params: { id: passkey.id } }),
    onSuccess: async () => {
      setOpen(false);
      await queries.invalidateQueries({ queryKey });
    },
  });
  const { created_at, display_name, last_used_at } = passkey;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0">
        <p className="font-medium break-words">{display_name}</p>
        <p className="text-[13px] text-ink-soft">
          Added {dateText(created_at)},{' '}
          {last_used_at === null ? 'not used yet' : `last used ${dateText(last_used_at)}`}
        </p>
      </div>
      <Button look="danger" size="small" aria-label={`Remove ${display_name}`} onClick={() => setOpen(true)}>
        Remove
      </Button>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Remove this passkey?"
        description={`${display_name} signs nobody in any more. The device may keep showing it until you remove it there.`}
        name={display_name}
        action="Remove passkey"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
