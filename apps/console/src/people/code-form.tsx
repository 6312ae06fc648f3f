'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { CodeInput } from '@weir/contracts/people';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postAuth, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

interface Props {
  readonly onSignedIn: () => void;
  readonly onGiveUp: () => void;
}

/** The second step of signing in. */
export function CodeForm({ onSignedIn, onGiveUp }: Props) {
  const [isRecovery, setRecovery] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, reset } = useForm<CodeInput>({
    resolver: zodResolver(CodeInput),
  });
  const submit = handleSubmit(async (input) => {
    setRefusal(null);
    try {
      await postAuth(isRecovery ? '/two-factor/verify-backup-code' : '/two-factor/verify-totp', input);
      onSignedIn();
    } catch (cause) {
      reset();
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">One more step</h1>
        <p className="text-ink-soft">
          {isRecovery
            ? 'Give one of the recovery codes that you kept. Each works once.'
            : 'Give the code that your authenticator app shows for Weir.'}
        </p>
      </div>
      <Field
        key={String(isRecovery)}
        label={isRecovery ? 'Recovery code' : 'Code'}
        inputMode={isRecovery ? 'text' : 'numeric'}
        autoComplete="one-time-code"
        autoFocus
        spellCheck={false}
        error={formState.errors.code?.message}
        {...register('code')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look="primary" busy={formState.isSubmitting}>
        Sign in
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button
          look="bare"
          size="small"
          onClick={() => {
            setRecovery(!isRecovery);
            setRefusal(null);
            reset();
          }}
        >
          {isRecovery ? 'Use the app instead' : 'Use a recovery code'}
        </Button>
        <Button look="bare" size="small" onClick={onGiveUp}>
          Back
        </Button>
      </div>
    </form>
  );
}
