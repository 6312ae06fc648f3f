import { Webhook, WebhookDelivery, WebhookSecret } from '@weir/contracts/webhooks';
import type { Links } from '../platform/links.ts';
import type { WebhookRow, WebhookSecretRow } from './webhook.store.ts';
import type { WebhookDeliveryRow } from './webhook-delivery.store.ts';

export const webhooksPath = '/billing/v1/webhooks';

/** The secret only in the reply that made it. */
export const presentWebhook = (row: WebhookRow, links: Links, secret?: string): Webhook => {
  const name = links.resourceName(['organization', row.organizationId], ['webhook', row.id]);
  return Webhook.parse({
    api_version: 'billing/v1',
    kind: 'Webhook',
    id: row.id,
    metadata: links.metadata(`${webhooksPath}/${row.id}`, name, row),
    spec: {
      display_name: row.displayName,
      url: row.url,
      event_types: row.eventTypes,
      enabled: row.isEnabled,
    },
    status: {
      phase: row.isEnabled ? (row.failingSince === null ? 'ENABLED' : 'FAILING') : 'DISABLED',
      disabled_reason: row.disabledReason,
      failing_since: row.failingSince?.toISOString() ?? null,
    },
    ...(secret === undefined ? {} : { secret }),
  });
};

/** As above. */
export const presentWebhookSecret = (
  webhook: WebhookRow,
  { createdAt, number }: WebhookSecretRow,
  links: Links,
  secret?: string,
): WebhookSecret => {
  const id = String(number);
  const parts = [
    ['organization', webhook.organizationId],
    ['webhook', webhook.id],
    ['secret', id],
  ] as const;
  const path = `${webhooksPath}/${webhook.id}/secrets/${id}`;
  const times = { createdAt, updatedAt: createdAt };
  return WebhookSecret.parse({
    api_version: 'billing/v1',
    kind: 'WebhookSecret',
    id,
    metadata: links.metadata(path, links.resourceName(...parts), times),
    ...(secret === undefined ? {} : { secret }),
  });
};

export const presentDelivery = (row: WebhookDeliveryRow, links: Links): WebhookDelivery => {
  const parts = [
    ['organization', row.organizationId],
    ['webhook', row.webhookId],
    ['delivery', row.id],
  ] as const;
  const path = `${webhooksPath}/${row.webhookId}/deliveries/${row.id}`;
  const { attempts, createdAt, deliveredAt, dueAt, givenUpAt, httpStatus, problem } = row;
  const times = { createdAt, updatedAt: deliveredAt ?? givenUpAt ?? createdAt };
  return WebhookDelivery.parse({
    api_version: 'billing/v1',
    kind: 'WebhookDelivery',
    id: row.id,
    metadata: links.metadata(path, links.resourceName(...parts), times),
    event_type: row.eventType,
    status: {
      phase: deliveredAt !== null ? 'DELIVERED' : givenUpAt !== null ? 'GIVEN_UP' : 'WAITING',
      attempts,
      http_status: httpStatus,
      problem,
      next_attempt_at: dueAt?.toISOString() ?? null,
      delivered_at: deliveredAt?.toISOString() ?? null,
    },
  });
};
