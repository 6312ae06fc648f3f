import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { session } from '../../../../api/server.ts';
import { SsoRequired } from '../../../../people/sso-required.tsx';

export const metadata: Metadata = { title: 'Single sign-on required' };

export default async function SsoRequiredPage() {
  const found = await session();
  if (found === null) redirect('/sign-in');
  return <SsoRequired email={found.user.email} />;
}
