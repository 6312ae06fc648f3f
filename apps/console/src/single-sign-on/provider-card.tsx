'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import {
  deleteSsoConnection,
  SsoConnectionInput,
  type SsoSettings,
  setSsoConnection,
} from '@weir/contracts/single-sign-on';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import type { Outcome } from '../account/outcome.ts';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

type Form = z.input<typeof SsoConnectionInput>;

export function ProviderCard({ settings }: { readonly settings: SsoSettings }) {
  const router = useRouter();
  const { connection, redirect_uri: redirectUri } = settings;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const { register, handleSubmit, formState, resetField } = useForm<Form>({
    resolver: zodResolver(SsoConnectionInput),
    defaultValues: {
      issuer: connection?.issuer ?? '',
      client_id: connection?.client_id ?? '',
      groups_claim: connection?.groups_claim ?? 'groups',
    },
  });
  const submit = handleSubmit(async ({ client_secret: secret, ...rest }) => {
    const given = secret === undefined || secret === '' ? {} : { client_secret: secret };
    try {
      await call(setSsoConnection, { body: { ...rest, ...given } });
      // It is never shown, not even to who has typed it.
      resetField('client_secret');
      setOutcome({ tone: 'good', words: 'Saved: the provider answered. Sign in by it once to try it.' });
      router.refresh();
    } catch (cause) {
      setOutcome({ tone: 'danger', words: sentenceOf(cause) });
    }
  });
  const { errors, isSubmitting } = formState;
  const proven = connection?.proven_at != null;
  return (
    <Card
      title="Identity provider"
      aside={
        connection !== null && (
          <span className={proven ? 'text-good' : 'text-warn'}>{proven ? 'works' : 'not tried yet'}</span>
        )
      }
    >
      <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 p-4">
        <div className="grid gap-1">
          <p className="font-medium">Redirect address, to be registered there</p>
          <span className="flex items-start justify-between gap-2">
            <code className="text-[13px] break-all">{redirectUri}</code>
            <CopyButton text={redirectUri} label="Copy the redirect address" />
          </span>
        </div>
        <Field
          label="Issuer"
          type="url"
          autoComplete="off"
          spellCheck={false}
          placeholder="https://login.example.com"
          error={errors.issuer?.message}
          {...register('issuer')}
        />
        <Field
          label="Client id"
          autoComplete="off"
          spellCheck={false}
          error={errors.client_id?.message}
          {...register('client_id')}
        />
        <Field
          label="Client secret"
          type="password"
          autoComplete="off"
          hint={
            connection === null
              ? 'Kept sealed, and never shown again.'
              : 'One is kept. Leave this empty to go on with it.'
          }
          error={errors.client_secret?.message}
          {...register('client_secret', { setValueAs: (text: string) => (text === '' ? undefined : text) })}
        />
        <Field
          label="Claim with the groups"
          autoComplete="off"
          spellCheck={false}
          error={errors.groups_claim?.message}
          {...register('groups_claim')}
        />
        {outcome !== null && <Notice tone={outcome.tone}>{outcome.words}</Notice>}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={isSubmitting}>
            Save
          </Button>
          {connection !== null && <RemoveProvider issuer={connection.issuer} />}
        </div>
      </form>
    </Card>
  );
}

function RemoveProvider({ issuer }: { readonly issuer: string }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(deleteSsoConnection, {}),
    onSuccess: () => {
      setOpen(false);
      router.refresh();
    },
  });
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        Remove
      </Button>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Remove the identity provider?"
        description="Whoever signed in by it is signed out at once, and comes in with a password only. Roles of groups end."
        name={new URL(issuer).host}
        action="Remove"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
