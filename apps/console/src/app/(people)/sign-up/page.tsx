import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { session } from '../../../api/server.ts';
import { SignUpForm } from '../../../people/sign-up-form.tsx';

export const metadata: Metadata = { title: 'Create your account' };

export default async function SignUpPage() {
  if ((await session()) !== null) redirect('/clusters');
  return <SignUpForm />;
}
