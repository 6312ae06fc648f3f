'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  listWebhookDeliveries,
  resendWebhookDelivery,
  type Webhook,
  type WebhookDelivery,
} from '@weir/contracts/webhooks';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { eventText } from './event-texts.ts';

const refreshMs = 2_000;
const shown = 20;

interface Props {
  readonly webhook: Webhook;
  readonly mayChange: boolean;
}

/** What a webhook was told last, and how that went; each of it can be told once more. */
export function WebhookLog({ mayChange, webhook }: Props) {
  const { id } = webhook;
  const queries = useQueryClient();
  const { data, error } = useQuery({
    queryKey: ['webhooks', id, 'deliveries'],
    queryFn: ({ signal }) =>
      call(listWebhookDeliveries, { params: { id }, query: { page_size: shown } }, signal),
    refetchInterval: refreshMs,
  });
  const resend = useMutation({
    mutationFn: (delivery_id: WebhookDelivery['id']) =>
      call(resendWebhookDelivery, { params: { id, delivery_id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  const canResend = mayChange && webhook.spec.enabled;
  if (error !== null) return <Notice tone="danger">{sentenceOf(error)}</Notice>;
  if (data === undefined) return <Skeleton className="h-12" />;
  if (data.data.length === 0) return <p className="text-[13px] text-ink-soft">It was told nothing yet.</p>;
  return (
    <div className="grid gap-1 text-[13px]">
      {resend.error !== null && <Notice tone="danger">{sentenceOf(resend.error)}</Notice>}
      <ol aria-label="What it was told" className="grid gap-1.5">
        {data.data.map((delivery) => (
          <li key={delivery.id} className="flex flex-wrap justify-between gap-x-4">
            <span>
              {eventText(delivery.event_type)}
              <span className="text-ink-soft"> · {dateText(delivery.metadata.created_at)}</span>
            </span>
            <span className="flex flex-wrap items-center gap-x-3">
              <span className={toneOf(delivery)}>{outcomeText(delivery)}</span>
              {canResend && delivery.status.phase !== 'WAITING' && (
                <Button
                  size="small"
                  busy={resend.isPending && resend.variables === delivery.id}
                  aria-label={`Send again: ${eventText(delivery.event_type)}, ${dateText(delivery.metadata.created_at)}`}
                  onClick={() => resend.mutate(delivery.id)}
                >
                  Send again
                </Button>
              )}
            </span>
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
