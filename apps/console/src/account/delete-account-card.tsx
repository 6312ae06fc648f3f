'use client';

import { useQuery } from '@tanstack/react-query';
import { type AccountDeletion, getAccountDeletion } from '@weir/contracts/account-deletion';
import { useState } from 'react';
import { call, postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { PasswordStep } from './password-step.tsx';

export function DeleteAccountCard() {
  const [open, setOpen] = useState(false);
  return (
    <Card title="Delete account">
      <div className="grid gap-4 p-4">
        <p className="text-ink-soft">
          It ends your sessions, revokes your keys and removes your name and address, for good. What goes with
          it is shown before.
        </p>
        <div>
          <Button look="danger" onClick={() => setOpen(true)}>
            Delete account
          </Button>
        </div>
      </div>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Delete your account?"
        description="Nobody can bring it back. Audit logs keep what you did, by an id without a name."
      >
        <Deletion />
      </Modal>
    </Card>
  );
}

function Deletion() {
  const { data, error } = useQuery({
    queryKey: ['account-deletion'],
    queryFn: ({ signal }) => call(getAccountDeletion, {}, signal),
    gcTime: 0,
  });
  if (error !== null) return <Notice tone="danger">{sentenceOf(error)}</Notice>;
  if (data === undefined) return <Skeleton className="h-24" />;
  return (
    <div className="grid gap-4">
      <ul aria-label="Your organizations" className="grid gap-3">
        {data.organizations.map((organization) => (
          <Organization key={organization.organization_id} organization={organization} />
        ))}
      </ul>
      {data.is_possible && <Confirmation needsPassword={data.needs_password} />}
    </div>
  );
}

const words = { LEFT: 'you leave it', DELETED: 'goes with you', IN_THE_WAY: 'in the way' } as const;

function Organization({ organization }: { readonly organization: AccountDeletion['organizations'][number] }) {
  const { api_keys: keys, detail, display_name: name, outcome } = organization;
  const isInTheWay = outcome === 'IN_THE_WAY';
  return (
    <li className="rounded-md border border-line px-3 py-2">
      <p className="font-medium break-words">
        {name}{' '}
        <span className={`text-[13px] font-normal ${isInTheWay ? 'text-danger' : 'text-ink-soft'}`}>
          {words[outcome]}
        </span>
      </p>
      <p className="text-[13px] text-ink-soft">{detail}</p>
      {!isInTheWay && keys > 0 && (
        <p className="text-[13px]">{keys === 1 ? '1 key is revoked.' : `${keys} keys are revoked.`}</p>
      )}
    </li>
  );
}

function Confirmation({ needsPassword }: { readonly needsPassword: boolean }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const remove = async (input: { readonly password?: string }) => {
    await postForm('/delete-account', input);
    window.location.assign('/account-deleted');
  };
  if (needsPassword) {
    const onPassword = (password: string) => remove({ password });
    return <PasswordStep action="Delete my account" isDanger onPassword={onPassword} />;
  }
  const removeAtOnce = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await remove({});
    } catch (cause) {
      setRefusal(sentenceOf(cause));
      setBusy(false);
    }
  };
  return (
    <>
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button look="danger" busy={busy} onClick={() => void removeAtOnce()}>
        Delete my account
      </Button>
    </>
  );
}
