'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { PasswordInput } from '@weir/contracts/people';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

interface Props {
  readonly action: string;
  /** It destroys something. */
  readonly isDanger?: boolean;
  /** Rejects with what the API said. */
  readonly onPassword: (password: string) => Promise<void>;
}

/** Asks for the password once more, before something that a found session must not be able to do. */
export function PasswordStep({ action, isDanger = false, onPassword }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<PasswordInput>({
    resolver: zodResolver(PasswordInput),
  });
  const submit = handleSubmit(async ({ password }) => {
    setRefusal(null);
    try {
      await onPassword(password);
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field
        label="Your password"
        type="password"
        autoComplete="current-password"
        error={formState.errors.password?.message}
        {...register('password')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look={isDanger ? 'danger' : 'primary'} busy={formState.isSubmitting}>
        {action}
      </Button>
    </form>
  );
}
