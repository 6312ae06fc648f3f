'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { SignUpInput } from '@weir/contracts/people';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postAuth, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

export function SignUpForm() {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<SignUpInput>({ resolver: zodResolver(SignUpInput) });
  const { errors, isSubmitting } = formState;
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const submit = handleSubmit(async (input) => {
    setRefusal(null);
    setMailedTo(null);
    try {
      const { signedIn } = await postAuth('/sign-up/email', input);
      if (!signedIn) {
        setMailedTo(input.email);
        return;
      }
      router.replace('/clusters');
      router.refresh();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">Create your account</h1>
        <p className="text-ink-soft">No card. Your first cluster is one step away.</p>
      </div>
      <Field label="Name" autoComplete="name" error={errors.name?.message} {...register('name')} />
      <Field
        label="E-mail"
        type="email"
        autoComplete="email"
        error={errors.email?.message}
        {...register('email')}
      />
      <Field
        label="Password"
        type="password"
        autoComplete="new-password"
        hint="At least 8 characters."
        error={errors.password?.message}
        {...register('password')}
      />
      {mailedTo !== null && (
        <Notice tone="warn">
          We wrote to {mailedTo}: the mail says how to go on. If you have been here before, sign in.
        </Notice>
      )}
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look="primary" busy={isSubmitting}>
        {isSubmitting ? 'Creating your account…' : 'Create account'}
      </Button>
      <p className="text-ink-soft">
        Already here?{' '}
        <Link href="/sign-in" className="font-medium text-accent underline underline-offset-2">
          Sign in
        </Link>
      </p>
    </form>
  );
}
