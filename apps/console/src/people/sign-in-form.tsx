'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { SignInInput } from '@weir/contracts/people';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postAuth, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { CodeForm } from './code-form.tsx';
import { PasskeyButton } from './passkey-button.tsx';
import { SsoButton } from './sso-button.tsx';

/** `next`: a path of this console to go on to. */
export function SignInForm({ next }: { readonly next: string }) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, getValues } = useForm<SignInInput>({
    resolver: zodResolver(SignInInput),
  });
  const { errors, isSubmitting } = formState;
  const [takesCode, setTakesCode] = useState(false);
  const goOn = () => {
    router.replace(next);
    router.refresh();
  };
  const submit = handleSubmit(async (input) => {
    setRefusal(null);
    try {
      const { takesCode } = await postAuth('/sign-in/email', input);
      if (takesCode) setTakesCode(true);
      else goOn();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  if (takesCode) return <CodeForm onSignedIn={goOn} onGiveUp={() => setTakesCode(false)} />;
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <h1 className="text-xl font-semibold">Sign in</h1>
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
        autoComplete="current-password"
        error={errors.password?.message}
        {...register('password')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look="primary" busy={isSubmitting}>
        {isSubmitting ? 'Signing in…' : 'Sign in'}
      </Button>
      <PasskeyButton onSignedIn={goOn} />
      <SsoButton email={() => getValues('email') ?? ''} />
      <p className="text-ink-soft">
        <Link href="/forgot-password" className="font-medium text-accent underline underline-offset-2">
          Forgot your password?
        </Link>
      </p>
      <p className="text-ink-soft">
        New here?{' '}
        <Link href="/sign-up" className="font-medium text-accent underline underline-offset-2">
          Create an account
        </Link>
      </p>
    </form>
  );
}
