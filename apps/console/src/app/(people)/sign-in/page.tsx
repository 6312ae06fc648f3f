import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { session } from '../../../api/server.ts';
import { SignInForm } from '../../../people/sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({
  searchParams,
}: {
  readonly searchParams: Promise<{ next?: string }>;
}) {
  const { next } = await searchParams;
  // Only a path of ours: a link must not be able to lead elsewhere after the sign-in.
  const target = next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/clusters';
  if ((await session()) !== null) redirect(target);
  return <SignInForm next={target} />;
}
