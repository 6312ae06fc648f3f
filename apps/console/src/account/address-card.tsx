'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { ChangeAddressInput } from '@weir/contracts/people';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import type { Outcome } from './outcome.ts';

interface Props {
  readonly name: string;
  readonly email: string;
  readonly isVerified: boolean;
}

export function AddressCard({ name, email, isVerified }: Props) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [changing, setChanging] = useState(false);
  const mailAgain = async () => {
    try {
      await postForm('/send-verification-email', {});
      setOutcome({ tone: 'good', words: `A mail is on its way to ${email}. Its link works for a day.` });
    } catch (cause) {
      setOutcome({ tone: 'danger', words: sentenceOf(cause) });
    }
  };
  return (
    <Card title="Profile">
      <div className="grid gap-4 p-4">
        <dl className="grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)]">
          <dt className="text-ink-soft">Name</dt>
          <dd className="min-w-0 break-words">{name}</dd>
          <dt className="text-ink-soft">E-mail</dt>
          <dd className="min-w-0 break-all">
            {email}{' '}
            <span className={`whitespace-nowrap ${isVerified ? 'text-good' : 'text-warn'}`}>
              {isVerified ? 'confirmed' : 'not confirmed yet'}
            </span>
          </dd>
        </dl>
        {!isVerified && (
          <p className="text-ink-soft">
            Confirm it to have the usual limits and a second factor: open the link that was mailed to you.
          </p>
        )}
        {outcome !== null && <Notice tone={outcome.tone}>{outcome.words}</Notice>}
        <div className="flex flex-wrap gap-2">
          {!isVerified && <Button onClick={() => void mailAgain()}>Mail the link again</Button>}
          <Button onClick={() => setChanging(true)}>Change address</Button>
        </div>
      </div>
      <Modal
        open={changing}
        onOpenChange={setChanging}
        title="Change your e-mail address"
        description="Nothing changes until you open the link that is mailed to the new one. The old one is told then."
      >
        <ChangeAddressForm
          onDone={(address) => {
            setChanging(false);
            setOutcome({
              tone: 'good',
              words: `A mail is on its way to ${address}. Open its link to go on.`,
            });
          }}
        />
      </Modal>
    </Card>
  );
}

function ChangeAddressForm({ onDone }: { readonly onDone: (address: string) => void }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<ChangeAddressInput>({
    resolver: zodResolver(ChangeAddressInput),
  });
  const submit = handleSubmit(async (input) => {
    setRefusal(null);
    try {
      await postForm('/change-email', input);
      onDone(input.newEmail);
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  const { errors, isSubmitting } = formState;
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field
        label="New e-mail"
        type="email"
        autoComplete="email"
        error={errors.newEmail?.message}
        {...register('newEmail')}
      />
      <Field
        label="Your password"
        type="password"
        autoComplete="current-password"
        error={errors.password?.message}
        {...register('password')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look="primary" busy={isSubmitting}>
        Mail a link to it
      </Button>
    </form>
  );
}
