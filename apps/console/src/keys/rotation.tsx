'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type ApiKeySecret,
  createApiKeySecret,
  deleteApiKeySecret,
  listApiKeySecrets,
} from '@weir/contracts/api-key-secrets';
import { clsx } from 'clsx';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { KeyUseText } from './key-use-text.tsx';
import { type RotationStep, rotationStep } from './rotation-step.ts';
import { SecretOnce } from './secret-once.tsx';

const refreshMs = 3_000;

interface Props {
  readonly keyId: string;
  readonly done: () => void;
}

export function Rotation({ keyId, done }: Props) {
  const queries = useQueryClient();
  const [isStored, setStored] = useState(false);
  const params = { id: keyId };
  const { data, error } = useQuery({
    queryKey: ['keys', keyId, 'secrets'],
    queryFn: async ({ signal }) => (await call(listApiKeySecrets, { params }, signal)).data,
    refetchInterval: refreshMs,
  });
  const changed = () => queries.invalidateQueries({ queryKey: ['keys'] });
  const create = useMutation({
    mutationFn: () => call(createApiKeySecret, { params }),
    onSuccess: changed,
    // A secret does not belong in a cache.
    gcTime: 0,
  });
  const retire = useMutation({
    mutationFn: (secret_id: string) => call(deleteApiKeySecret, { params: { ...params, secret_id } }),
    onSuccess: changed,
  });
  const made = create.data?.secret;
  const step = rotationStep(data?.length, {
    isShown: made !== undefined && !isStored,
    isRetired: retire.isSuccess,
  });
  const refusal = error ?? create.error ?? retire.error;
  return (
    <div className="grid grid-cols-1 gap-4">
      <Steps now={step} />
      {refusal !== null && <Notice tone="danger">{sentenceOf(refusal)}</Notice>}
      {step === null && error === null && <Skeleton className="h-24" />}
      {step === 'create' && <Create busy={create.isPending} onCreate={() => create.mutate()} />}
      {step === 'store' && made !== undefined && (
        <>
          <SecretOnce keyId={keyId} secret={made} />
          <div className="flex justify-end">
            <Button look="primary" onClick={() => setStored(true)}>
              I have stored the secret
            </Button>
          </div>
        </>
      )}
      {step === 'retire' && (
        <Retire secrets={data ?? []} busy={retire.isPending} onRetire={(id) => retire.mutate(id)} />
      )}
      {step === 'done' && (
        <>
          <Notice tone="good">
            Rotated. The retired secret is refused, and its open connections are closed within seconds.
          </Notice>
          <div className="flex justify-end">
            <Button look="primary" onClick={done}>
              Close
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

const stepTexts: readonly (readonly [RotationStep, string])[] = [
  ['create', 'Create a second secret'],
  ['store', 'Store it, and give it to your clients'],
  ['retire', 'See it used, retire the first'],
];

function Steps({ now }: { readonly now: RotationStep | null }) {
  return (
    <ol className="grid gap-1 text-[13px] sm:grid-cols-3 sm:gap-3">
      {stepTexts.map(([step, text], at) => (
        <li
          key={step}
          aria-current={step === now ? 'step' : undefined}
          className={clsx(
            'border-l-2 py-0.5 pl-2 sm:border-t-2 sm:border-l-0 sm:pt-1.5 sm:pl-0',
            step === now ? 'border-accent font-medium text-ink' : 'border-line text-ink-soft',
          )}
        >
          {at + 1}. {text}
        </li>
      ))}
    </ol>
  );
}

function Create({ busy, onCreate }: { readonly busy: boolean; readonly onCreate: () => void }) {
  return (
    <>
      <p>
        Both secrets work until you retire one. Clients change over at their own pace; the id of the key, what
        it may do and what it is charged to stay the same.
      </p>
      <div className="flex justify-end">
        <Button look="primary" busy={busy} onClick={onCreate}>
          Create second secret
        </Button>
      </div>
    </>
  );
}

interface RetireProps {
  readonly secrets: readonly ApiKeySecret[];
  readonly busy: boolean;
  readonly onRetire: (id: string) => void;
}

function Retire({ secrets, busy, onRetire }: RetireProps) {
  const newest = secrets.at(-1);
  const isUsed = newest?.last_use !== undefined;
  return (
    <>
      <Notice tone={isUsed ? 'good' : 'warn'}>
        {isUsed
          ? 'The second secret is in use. Retire the first once nothing uses it any more.'
          : 'Nothing has used the second secret yet. Clients that have only the first stop when you retire it.'}
      </Notice>
      <ul aria-label="Live secrets" className="rounded-md border border-line">
        {secrets.map((secret, at) => (
          <li
            key={secret.id}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-3 py-2.5 last:border-0"
          >
            <div className="min-w-0 text-[13px]">
              <p className="text-sm font-medium">{at === 0 ? 'First secret' : 'Second secret'}</p>
              <p className="text-ink-soft">Last used</p>
              <KeyUseText use={secret.last_use} />
            </div>
            <Button
              look="danger"
              size="small"
              busy={busy}
              aria-label={`Retire the ${at === 0 ? 'first' : 'second'} secret`}
              onClick={() => onRetire(secret.id)}
            >
              Retire
            </Button>
          </li>
        ))}
      </ul>
      <p className="text-[13px] text-ink-soft">
        Uses show within a minute, with the address and the client that told of itself.
      </p>
    </>
  );
}
