'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { ResetRequestInput } from '@weir/contracts/people';
import Link from 'next/link';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

export function ForgotPasswordForm() {
  const [askedFor, setAskedFor] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<ResetRequestInput>({
    resolver: zodResolver(ResetRequestInput),
  });
  const submit = handleSubmit(async (input) => {
    setRefusal(null);
    setAskedFor(null);
    try {
      await postForm('/request-password-reset', input);
      setAskedFor(input.email);
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">Forgot your password?</h1>
        <p className="text-ink-soft">We mail you a link by which you set a new one.</p>
      </div>
      <Field
        label="E-mail"
        type="email"
        autoComplete="email"
        error={formState.errors.email?.message}
        {...register('email')}
      />
      {askedFor !== null && (
        <Notice tone="good">
          If {askedFor} has an account, a mail is on its way there. Its link works for an hour.
        </Notice>
      )}
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look="primary" busy={formState.isSubmitting}>
        Mail me a link
      </Button>
      <p className="text-ink-soft">
        <Link href="/sign-in" className="font-medium text-accent underline underline-offset-2">
          Back to signing in
        </Link>
      </p>
    </form>
  );
}
