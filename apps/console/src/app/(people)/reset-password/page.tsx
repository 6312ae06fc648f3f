import type { Metadata } from 'next';
import { ResetPasswordForm } from '../../../people/reset-password-form.tsx';

export const metadata: Metadata = { title: 'Set a new password', referrer: 'no-referrer' };

export default function ResetPasswordPage() {
  return <ResetPasswordForm />;
}
