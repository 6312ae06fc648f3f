import type { Metadata } from 'next';
import { OutboxHint } from '../../../outbox/outbox-hint.tsx';
import { ForgotPasswordForm } from '../../../people/forgot-password-form.tsx';

export const metadata: Metadata = { title: 'Forgot your password' };

export default function ForgotPasswordPage() {
  return (
    <>
      <ForgotPasswordForm />
      <OutboxHint />
    </>
  );
}
