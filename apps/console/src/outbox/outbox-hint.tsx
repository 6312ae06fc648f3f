import Link from 'next/link';
import { connection } from 'next/server';
import { hasLocalOutbox } from './has-local-outbox.ts';

/** Where mail is expected: that there is no mail server, and where its mail is instead. */
export async function OutboxHint() {
  await connection();
  if (!hasLocalOutbox()) return null;
  return (
    <p className="text-[13px] text-ink-soft">
      This Weir has no mail server (SMTP_URL): its mail is in the{' '}
      <Link href="/outbox" className="font-medium text-accent underline underline-offset-2">
        local outbox
      </Link>
      , whose key stands in the terminal where it was started.
    </p>
  );
}
