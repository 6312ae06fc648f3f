import { type AuditEvent, listAuditEvents } from '@weir/contracts/audit';
import type { Metadata } from 'next';
import Link from 'next/link';
import { load } from '../../../api/server.ts';
import { buttonClass } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';

export const metadata: Metadata = { title: 'Audit log' };

interface Props {
  readonly searchParams: Promise<{ page?: string }>;
}

export default async function AuditPage({ searchParams }: Props) {
  const { page } = await searchParams;
  const query = page === undefined ? { page_size: 50 } : { page_size: 50, page_token: page };
  const events = await load(listAuditEvents, { query });
  const next =
    events.metadata.next === undefined ? null : new URL(events.metadata.next).searchParams.get('page_token');
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Audit log</h1>
        <p className="text-ink-soft">Every change, newest first: who, what, on what, from where.</p>
      </div>
      <Card>
        {events.data.length === 0 ? (
          <p className="px-4 py-8 text-center text-ink-soft">Nothing has happened yet.</p>
        ) : (
          <EventTable events={events.data} />
        )}
      </Card>
      {next !== null && (
        <Link
          href={`/audit?page=${encodeURIComponent(next)}`}
          className={`${buttonClass()} justify-self-center`}
        >
          Older events
        </Link>
      )}
    </div>
  );
}

function EventTable({ events }: { readonly events: readonly AuditEvent[] }) {
  return (
    <section
      aria-label="Events"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it (WCAG 2.1.1).
      tabIndex={0}
      className="overflow-x-auto"
    >
      <table className="w-full text-left">
        <thead className="text-[13px] text-ink-soft">
          <tr className="border-b border-line">
            {['Time (UTC)', 'Action', 'On', 'By', 'From'].map((name) => (
              <th key={name} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id} className="border-b border-line last:border-0">
              <td className="px-4 py-2 text-[13px] whitespace-nowrap tabular-nums">
                {event.time.slice(0, 19).replace('T', ' ')}
              </td>
              <td className="px-4 py-2 font-medium whitespace-nowrap">
                {event.action}
                {event.outcome === 'DENIED' && <span className="ml-2 text-danger">denied</span>}
              </td>
              <td className="px-4 py-2 font-mono text-[13px]">{event.resource.id}</td>
              <td className="px-4 py-2 font-mono text-[13px]">{event.actor.id}</td>
              <td className="px-4 py-2 font-mono text-[13px]">{event.source_ip ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
