'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { ResetPasswordInput } from '@weir/contracts/people';
import Link from 'next/link';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import { postForm, sentenceOf } from '../api/browser.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { useFragment } from './use-fragment.ts';

const Form = ResetPasswordInput.pick({ newPassword: true });
type Form = z.infer<typeof Form>;

/** What a mailed link leads to. The link is in the address, behind the #. */
export function ResetPasswordForm() {
  const token = useFragment();
  const [isDone, setDone] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<Form>({ resolver: zodResolver(Form) });
  const submit = handleSubmit(async ({ newPassword }) => {
    setRefusal(null);
    try {
      await postForm('/reset-password', { token, newPassword });
      setDone(true);
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  if (isDone) {
    return (
      <div className="grid gap-4">
        <h1 className="text-xl font-semibold">Set a new password</h1>
        <Notice tone="good">The new password is set, and every session was ended.</Notice>
        <Link href="/sign-in" className={buttonClass('primary')}>
          Sign in
        </Link>
      </div>
    );
  }
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">Set a new password</h1>
        <p className="text-ink-soft">It signs the account out everywhere.</p>
      </div>
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        hint="At least 8 characters."
        error={formState.errors.newPassword?.message}
        {...register('newPassword')}
      />
      {token === '' && (
        <Notice tone="warn">This address lacks its end. Copy it from the mail as a whole.</Notice>
      )}
      {refusal !== null && (
        <Notice tone="danger">
          {refusal}{' '}
          <Link href="/forgot-password" className="underline underline-offset-2">
            Ask for a new link
          </Link>
        </Notice>
      )}
      <Button
        type="submit"
        look="primary"
        busy={formState.isSubmitting}
        disabled={token === null || token === ''}
      >
        Set password
      </Button>
    </form>
  );
}
