import type { AuditEvent } from '@weir/contracts/audit';
import Link from 'next/link';
import { auditPath, auditQueryOf } from './audit-query.ts';
import { changesOf } from './changes.ts';

const columns = 'md:grid md:grid-cols-[11rem_minmax(0,3fr)_minmax(0,4fr)_minmax(0,3fr)_8rem] md:gap-x-4';

/** Events as lines that open to what was before and after. */
export function EventList({ events }: { readonly events: readonly AuditEvent[] }) {
  return (
    <div>
      <div
        aria-hidden
        className={`hidden border-b border-line px-4 py-2 text-[13px] text-ink-soft ${columns}`}
      >
        {['Time (UTC)', 'Action', 'On', 'By', 'From'].map((name) => (
          <span key={name}>{name}</span>
        ))}
      </div>
      <ul aria-label="Events">
        {events.map((event) => (
          <li key={event.id} className="border-b border-line last:border-0">
            <Event event={event} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Event({ event }: { readonly event: AuditEvent }) {
  return (
    <details className="group">
      <summary
        className={`cursor-pointer list-none px-4 py-2 hover:bg-sunken ${columns} [&::-webkit-details-marker]:hidden`}
      >
        <span className="text-[13px] whitespace-nowrap text-ink-soft tabular-nums">
          <span aria-hidden className="inline-block w-4 transition-transform group-open:rotate-90">
            ›
          </span>
          {event.time.slice(0, 19).replace('T', ' ')}
        </span>
        <span className="block font-medium break-words">
          {event.action}
          {event.outcome === 'DENIED' && <span className="ml-2 text-danger">denied</span>}
        </span>
        <Named className="block" name={event.resource.name} id={event.resource.id} />
        <Named className="block" name={event.actor.name} id={event.actor.id} />
        <span className="block font-mono text-[13px] break-all text-ink-soft">{event.source_ip ?? ''}</span>
      </summary>
      <Detail event={event} />
    </details>
  );
}

function Named({
  name,
  id,
  className,
}: {
  readonly name: string | null;
  readonly id: string;
  readonly className: string;
}) {
  if (name === null) return <span className={`${className} font-mono text-[13px] break-all`}>{id}</span>;
  return (
    <span className={`${className} min-w-0`}>
      <span className="block break-words">{name}</span>
      <span className="block font-mono text-xs break-all text-ink-soft">{id}</span>
    </span>
  );
}

const kinds = {
  User: 'a person',
  ServiceAccount: 'a service account',
  System: 'this cloud',
  Operator: 'who runs this cloud',
} as const;

function Detail({ event }: { readonly event: AuditEvent }) {
  const changes = changesOf(event.before, event.after);
  const only = (part: { actor: string } | { resource: string }) => auditPath(auditQueryOf(part));
  return (
    <div className="grid gap-3 bg-sunken px-4 py-3 text-[13px]">
      {changes.length > 0 && (
        <section
          aria-label="Before and after"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it (WCAG 2.1.1).
          tabIndex={0}
          className="overflow-x-auto"
        >
          <table className="w-full max-w-3xl text-left">
            <thead className="text-ink-soft">
              <tr>
                {['', 'Before', 'After'].map((name) => (
                  <th key={name} scope="col" className="py-1 pr-4 font-medium">
                    {name === '' ? <span className="sr-only">Field</span> : name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="align-top font-mono">
              {changes.map(({ field, before, after, isChanged }) => (
                <tr key={field}>
                  <th scope="row" className="py-0.5 pr-4 font-normal text-ink-soft">
                    {field}
                  </th>
                  <td className="py-0.5 pr-4 break-all">{before}</td>
                  <td className={`py-0.5 break-all ${isChanged ? 'font-semibold' : ''}`}>{after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <p className="break-all text-ink-soft">
        Event {event.sequence}, {kinds[event.actor.kind]} by {event.actor.via}
        {event.request_id !== null && (
          <>
            , request <span className="font-mono">{event.request_id}</span>
          </>
        )}
      </p>
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        <Link className="text-accent underline" href={only({ resource: event.resource.id })}>
          All on this {event.resource.kind}
        </Link>
        <Link className="text-accent underline" href={only({ actor: event.actor.id })}>
          All by {event.actor.name ?? event.actor.id}
        </Link>
      </p>
    </div>
  );
}
