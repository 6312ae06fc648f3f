import type { Metadata } from 'next';
import Link from 'next/link';
import { buttonClass } from '../../../ui/button.tsx';

export const metadata: Metadata = { title: 'Account deleted' };

export default function AccountDeletedPage() {
  return (
    <div className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">Your account is deleted</h1>
        <p className="text-ink-soft">
          You are signed out everywhere, and your keys open nothing any more. A mail confirms it.
        </p>
      </div>
      <Link href="/sign-up" className={buttonClass()}>
        Create another account
      </Link>
    </div>
  );
}
