'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { CodeInput } from '@weir/contracts/people';
import { QRCodeSVG } from 'qrcode.react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

interface Props {
  readonly totpUri: string;
  readonly onConfirmed: () => void;
}

/** Shows the secret to an authenticator app, and has it prove that it took it. */
export function ConfirmCode({ totpUri, onConfirmed }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm<CodeInput>({ resolver: zodResolver(CodeInput) });
  const secret = new URL(totpUri).searchParams.get('secret') ?? '';
  const submit = handleSubmit(async (input) => {
    setRefusal(null);
    try {
      await postForm('/two-factor/verify-totp', input);
      onConfirmed();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      {/* Scanners want dark on light, whatever the page looks like. */}
      <div className="justify-self-center rounded-md bg-white p-3">
        <QRCodeSVG value={totpUri} size={176} title="The secret for your authenticator app" />
      </div>
      <div className="flex items-center justify-between gap-2 rounded-md border border-line bg-sunken py-0.5 pl-3">
        <code className="min-w-0 font-mono text-[13px] break-all">{secret}</code>
        <CopyButton text={secret} label="Secret" compact />
      </div>
      <Field
        label="Code"
        inputMode="numeric"
        autoComplete="one-time-code"
        error={formState.errors.code?.message}
        {...register('code')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button type="submit" look="primary" busy={formState.isSubmitting}>
        Turn on
      </Button>
    </form>
  );
}
