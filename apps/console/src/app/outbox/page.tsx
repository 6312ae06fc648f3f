import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { connection } from 'next/server';
import { hasLocalOutbox } from '../../outbox/has-local-outbox.ts';
import { Outbox } from '../../outbox/outbox.tsx';
import { Logo } from '../../shell/logo.tsx';

export const metadata: Metadata = { title: 'Local outbox', referrer: 'no-referrer' };

export default async function OutboxPage() {
  await connection();
  if (!hasLocalOutbox()) notFound();
  return (
    <main className="mx-auto grid max-w-3xl grid-cols-1 gap-5 px-4 py-8">
      <Logo />
      <div>
        <h1 className="text-xl font-semibold">Local outbox</h1>
        <p className="text-ink-soft">
          This Weir has no mail server (SMTP_URL), so the mail that it writes is shown here instead of being
          sent.
        </p>
      </div>
      <Outbox />
    </main>
  );
}
