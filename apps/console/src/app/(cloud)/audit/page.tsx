import { listAuditEvents } from '@weir/contracts/audit';
import { getAuditDelivery } from '@weir/contracts/audit-delivery';
import type { Metadata } from 'next';
import Link from 'next/link';
import { permissionsOnOrganization } from '../../../access/permissions.ts';
import { load } from '../../../api/server.ts';
import { auditFilters, auditPath, auditQueryOf, exportPath, isEmpty } from '../../../audit/audit-query.ts';
import { CheckChain } from '../../../audit/check-chain.tsx';
import { DeliveryCard } from '../../../audit/delivery-card.tsx';
import { EventFilters } from '../../../audit/event-filters.tsx';
import { EventList } from '../../../audit/event-list.tsx';
import { buttonClass } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { countText } from '../../../ui/figures.ts';
import { Notice } from '../../../ui/notice.tsx';

export const metadata: Metadata = { title: 'Audit log' };

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function AuditPage({ searchParams }: Props) {
  const given = await searchParams;
  const query = auditQueryOf(given);
  const filters = auditFilters(query);
  const token = typeof given.page === 'string' ? { page_token: given.page } : {};
  const [events, permissions] = await Promise.all([
    load(listAuditEvents, { query: { page_size: 50, ...filters, ...token } }),
    permissionsOnOrganization(),
  ]);
  const delivery = permissions.has('audit:read') ? await load(getAuditDelivery, {}) : null;
  const next =
    events.metadata.next === undefined ? null : new URL(events.metadata.next).searchParams.get('page_token');
  const { data } = events;
  const count = events.metadata.total_size;
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Audit log</h1>
        <p className="text-ink-soft">
          Every change and every refusal, newest first: who, what, on what, from where.
        </p>
      </div>
      {delivery?.status?.phase === 'FAILING' && (
        <Notice tone="danger">
          Events do not come to the topic {delivery.spec?.topic_name}. {delivery.status.problem}{' '}
          <a href="#delivery" className="underline">
            See how far they are
          </a>
        </Notice>
      )}
      <EventFilters key={auditPath(query)} query={query} />
      <Card
        title={`${countText(count)} ${count === 1 ? 'event' : 'events'}`}
        aside={
          <a href={exportPath(query)} download="audit-log.jsonl" className={buttonClass('quiet', 'small')}>
            Export these
          </a>
        }
      >
        {data.length === 0 ? (
          <p className="px-4 py-8 text-center text-ink-soft">
            {isEmpty(query) ? 'Nothing has happened yet.' : 'No event is like that. Take a filter away.'}
          </p>
        ) : (
          <EventList events={data} />
        )}
      </Card>
      {next !== null && (
        <Link href={auditPath(query, next)} className={`${buttonClass()} justify-self-center`}>
          Older events
        </Link>
      )}
      {delivery !== null && (
        <div id="delivery">
          <DeliveryCard initial={delivery} mayChange={permissions.has('organization:update')} />
        </div>
      )}
      <CheckChain />
    </div>
  );
}
