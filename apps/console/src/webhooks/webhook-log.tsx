'use client';

import { useQuery } from '@tanstack/react-query';
import { listWebhookDeliveries, type Webhook, type WebhookDelivery } from '@weir/contracts/webhooks';
import { call, sentenceOf } from '../api/browser.ts';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { eventText } from './event-texts.ts';

const refreshMs = 2_000;
const shown = 20;

/** What a webhook was told last, and how that went. */
export function WebhookLog({ webhookId: id }: { readonly webhookId: Webhook['id'] }) {
  const { data, error } = useQuery({
    queryKey: ['webhooks', id, 'deliveries'],
    queryFn: ({ signal }) =>
      call(listWebhookDeliveries, { params: { id }, query: { page_size: shown } }, signal),
    refetchInterval: refreshMs,
  });
  if (error !== null) return <Notice tone="danger">{sentenceOf(error)}</Notice>;
  if (data === undefined) return <Skeleton className="h-12" />;
  if (data.data.length === 0) return <p className="text-[13px] text-ink-soft">It was told nothing yet.</p>;
  return (
    <div className="grid gap-1 text-[13px]">
      <ol aria-label="What it was told" className="grid gap-1.5">
        {data.data.map((delivery) => (
          <li key={delivery.id} className="flex flex-wrap justify-between gap-x-4">
            <span>
              {eventText(delivery.event_type)}
              <span className="text-ink-soft"> · {dateText(delivery.metadata.created_at)}</span>
            </span>
            <span className={toneOf(delivery)}>{outcomeText(delivery)}</span>
          </li>
        ))}
      </ol>
      {data.metadata.total_size > shown && (
        <p className="text-ink-soft">
          The last {shown} of {data.metadata.total_size}.
        </p>
      )}
    </div>
  );
}

const toneOf = ({ status }: WebhookDelivery) =>
  status.phase === 'DELIVERED' ? 'text-good' : status.problem === null ? 'text-ink-soft' : 'text-danger';

function outcomeText({ status }: WebhookDelivery): string {
  if (status.phase === 'DELIVERED') return `Taken (${status.http_status})`;
  if (status.phase === 'GIVEN_UP') return `Given up. ${status.problem ?? ''}`;
  if (status.problem === null) return 'On its way';
  return `${status.problem} Again at ${dateText(status.next_attempt_at ?? '')}.`;
}
