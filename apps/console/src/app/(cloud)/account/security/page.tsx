import type { Metadata } from 'next';
import { PasswordForm } from '../../../../account/password-form.tsx';

export const metadata: Metadata = { title: 'Security' };

export default function SecurityPage() {
  return <PasswordForm />;
}
