'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { displayName } from '@weir/contracts/envelope';
import { PasswordInput } from '@weir/contracts/people';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import { postForm, sentenceOf } from '../api/browser.ts';
import { makePasskey, PasskeyError } from '../people/webauthn.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

const Form = PasswordInput.extend({ name: displayName });
type Form = z.infer<typeof Form>;

/** The password, then whatever the device asks. */
export function AddPasskey({ onAdded }: { readonly onAdded: () => void }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<Form>({ resolver: zodResolver(Form) });
  const submit = handleSubmit(async ({ name, password }) => {
    setRefusal(null);
    try {
      const response = await makePasskey(await postForm('/passkey/register-options', { password }));
      await postForm('/passkey/register', { name, response });
      onAdded();
    } catch (cause) {
      setRefusal(cause instanceof PasskeyError ? cause.message : sentenceOf(cause));
    }
  });
  const { errors, isSubmitting } = formState;
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field
        label="Name"
        placeholder="My laptop"
        autoComplete="off"
        error={errors.name?.message}
        {...register('name')}
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
        Go on
      </Button>
    </form>
  );
}
