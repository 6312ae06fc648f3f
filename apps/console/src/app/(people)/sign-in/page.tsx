import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { session } from '../../../api/server.ts';
import { nextPath } from '../../../people/next-path.ts';
import { SignInForm } from '../../../people/sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({
  searchParams,
}: {
  readonly searchParams: Promise<{ next?: string | string[] }>;
}) {
  // Only a path of ours: a link must not be able to lead elsewhere after the sign-in.
  const target = nextPath((await searchParams).next, '/clusters');
  if ((await session()) !== null) redirect(target);
  return <SignInForm next={target} />;
}
