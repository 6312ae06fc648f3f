'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { ChangePasswordInput } from '@weir/contracts/people';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import type { Outcome } from './outcome.ts';

export function PasswordForm() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const { register, handleSubmit, formState, reset } = useForm<ChangePasswordInput>({
    resolver: zodResolver(ChangePasswordInput),
  });
  const submit = handleSubmit(async (input) => {
    try {
      await postForm('/change-password', input);
      reset();
      setOutcome({ tone: 'good', words: 'The password is changed, and every other session was ended.' });
    } catch (cause) {
      setOutcome({ tone: 'danger', words: sentenceOf(cause) });
    }
  });
  const { errors, isSubmitting } = formState;
  return (
    <Card title="Password">
      <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 p-4">
        <Field
          label="Current password"
          type="password"
          autoComplete="current-password"
          error={errors.currentPassword?.message}
          {...register('currentPassword')}
        />
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters. It ends every other session."
          error={errors.newPassword?.message}
          {...register('newPassword')}
        />
        {outcome !== null && <Notice tone={outcome.tone}>{outcome.words}</Notice>}
        <div>
          <Button type="submit" look="primary" busy={isSubmitting}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}
