import { z } from 'zod';
import { DryRunQuery, displayName, head, ListMetadata, list, PageQuery, Timestamp } from './envelope.ts';
import { WebhookDeliveryId, WebhookId, WebhookSecretId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { askableText } from './plain-text.ts';

/** Of one organization. */
export const webhooksMax = 5;
/** Live secrets of one webhook: two, while it is rotated. */
export const webhookSecretsMax = 2;
/** Between two tests of one webhook. */
export const webhookTestMsMin = 10_000;

export const WebhookEventType = z.enum([
  'spend_limit.threshold_passed',
  'spend_limit.reached',
  'spend_limit.lifted',
  'budget.threshold_passed',
  'budget.forecast_threshold_passed',
  'payment.standing_changed',
]);
export type WebhookEventType = z.infer<typeof WebhookEventType>;

/** What somebody can be told of, and the test of whether telling works. */
export const SentEventType = z.enum([...WebhookEventType.options, 'webhook.test']);
export type SentEventType = z.infer<typeof SentEventType>;

const Url = z
  .url({ protocol: /^https?$/, error: 'Write the whole address, with https:// before it.' })
  .max(1024)
  .overwrite(askableText)
  .meta({ example: 'https://hooks.example.com/weir' });

const eventTypes = z
  .array(WebhookEventType)
  .max(WebhookEventType.options.length)
  .refine((given) => new Set(given).size === given.length, 'Name each event once.')
  .describe('What is told. None: everything, also what there is not yet.');

export const Webhook = z
  .object({
    ...head('billing/v1', 'Webhook'),
    id: WebhookId,
    spec: z.object({
      display_name: displayName,
      url: z.string(),
      event_types: eventTypes,
      enabled: z.boolean(),
    }),
    status: z.object({
      phase: z
        .enum(['ENABLED', 'FAILING', 'DISABLED'])
        .describe('FAILING: the last attempt came to nothing. After three days of that it is disabled.'),
      disabled_reason: z
        .enum(['BY_HAND', 'FAILING', 'GONE'])
        .nullable()
        .describe('FAILING: nothing was taken for three days. GONE: its answer was 410.'),
      failing_since: Timestamp.nullable(),
    }),
    secret: z
      .string()
      .optional()
      .describe(
        '`whsec_` and the key in base64. Only in the reply that created it: nobody can read it again.',
      ),
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof Webhook>;

export const CreateWebhookInput = z
  .object({
    spec: z.object({ display_name: displayName, url: Url, event_types: eventTypes.default([]) }),
  })
  .meta({ id: 'CreateWebhookInput' });

export const UpdateWebhookInput = z
  .object({
    spec: z.object({
      display_name: displayName.optional(),
      url: Url.optional(),
      event_types: eventTypes.optional(),
      enabled: z.boolean().optional(),
    }),
  })
  .meta({ id: 'UpdateWebhookInput' });

export const WebhookSecret = z
  .object({
    ...head('billing/v1', 'WebhookSecret'),
    id: WebhookSecretId,
    secret: z.string().optional().describe('Only in the reply that created it.'),
  })
  .meta({ id: 'WebhookSecret' });
export type WebhookSecret = z.infer<typeof WebhookSecret>;

export const WebhookDelivery = z
  .object({
    ...head('billing/v1', 'WebhookDelivery'),
    id: WebhookDeliveryId,
    event_type: SentEventType,
    status: z.object({
      phase: z.enum(['WAITING', 'DELIVERED', 'GIVEN_UP']),
      attempts: z.int().nonnegative(),
      http_status: z.int().nullable().describe('Of the last answer. Null: there was none.'),
      problem: z.string().nullable().describe('Why the last attempt came to nothing.'),
      next_attempt_at: Timestamp.nullable(),
      delivered_at: Timestamp.nullable(),
    }),
  })
  .meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

const common = { tag: 'Billing', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: WebhookId });

export const listWebhooks = defineOperation({
  ...common,
  id: 'listWebhooks',
  method: 'GET',
  path: '/billing/v1/webhooks',
  summary: 'The webhooks of your organization, newest first.',
  query: PageQuery,
  status: 200,
  response: list('billing/v1', 'WebhookList', Webhook),
});

export const createWebhook = defineOperation({
  ...common,
  id: 'createWebhook',
  method: 'POST',
  path: '/billing/v1/webhooks',
  summary:
    'Have a server of yours told of limits, budgets and payments. Each request is signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature), and repeated until it is answered with a status of 2xx, for three days at most.',
  query: DryRunQuery,
  body: CreateWebhookInput,
  status: 201,
  response: Webhook,
});

export const getWebhook = defineOperation({
  ...common,
  id: 'getWebhook',
  method: 'GET',
  path: '/billing/v1/webhooks/{id}',
  summary: 'One webhook.',
  params,
  status: 200,
  response: Webhook,
});

export const updateWebhook = defineOperation({
  ...common,
  id: 'updateWebhook',
  method: 'PATCH',
  path: '/billing/v1/webhooks/{id}',
  summary: 'Change where a webhook leads or what it is told, or switch it on or off.',
  params,
  query: DryRunQuery,
  body: UpdateWebhookInput,
  status: 200,
  response: Webhook,
});

export const deleteWebhook = defineOperation({
  ...common,
  id: 'deleteWebhook',
  method: 'DELETE',
  path: '/billing/v1/webhooks/{id}',
  summary: 'Delete a webhook, with its secrets, what waits for it, and its log.',
  params,
  query: DryRunQuery,
  status: 204,
  response: null,
});

export const listWebhookSecrets = defineOperation({
  ...common,
  id: 'listWebhookSecrets',
  method: 'GET',
  path: '/billing/v1/webhooks/{id}/secrets',
  summary: 'The live secrets of a webhook, oldest first.',
  params,
  status: 200,
  response: z
    .object({
      api_version: z.literal('billing/v1'),
      kind: z.literal('WebhookSecretList'),
      metadata: ListMetadata,
      data: z.array(WebhookSecret).max(webhookSecretsMax),
    })
    .meta({ id: 'WebhookSecretList' }),
});

export const createWebhookSecret = defineOperation({
  ...common,
  id: 'createWebhookSecret',
  method: 'POST',
  path: '/billing/v1/webhooks/{id}/secrets',
  summary:
    'Begin to rotate the secret of a webhook: a second one, with which each request is signed as well from now on.',
  params,
  query: DryRunQuery,
  status: 201,
  response: WebhookSecret,
});

export const deleteWebhookSecret = defineOperation({
  ...common,
  id: 'deleteWebhookSecret',
  method: 'DELETE',
  path: '/billing/v1/webhooks/{id}/secrets/{secret_id}',
  summary: 'Retire one of two secrets: nothing is signed with it any more.',
  params: params.extend({ secret_id: WebhookSecretId }),
  query: DryRunQuery,
  status: 204,
  response: null,
});

export const listWebhookDeliveries = defineOperation({
  ...common,
  id: 'listWebhookDeliveries',
  method: 'GET',
  path: '/billing/v1/webhooks/{id}/deliveries',
  summary:
    'What a webhook was told in the last 30 days, the last 5,000 of it, and how that went; newest first.',
  params,
  query: PageQuery,
  status: 200,
  response: list('billing/v1', 'WebhookDeliveryList', WebhookDelivery),
});

export const testWebhook = defineOperation({
  ...common,
  id: 'testWebhook',
  method: 'POST',
  path: '/billing/v1/webhooks/{id}/deliveries',
  summary:
    'Send a test to a webhook: an event `webhook.test`, signed like any other. Every ten seconds at most.',
  params,
  query: DryRunQuery,
  status: 202,
  response: WebhookDelivery,
});

export const resendWebhookDelivery = defineOperation({
  ...common,
  id: 'resendWebhookDelivery',
  method: 'POST',
  path: '/billing/v1/webhooks/{id}/deliveries/{delivery_id}/attempts',
  summary:
    'Tell a webhook of something once more, now: what it took, what was given up, or what waits for its next attempt. Its `webhook-id` stays the same.',
  params: params.extend({ delivery_id: WebhookDeliveryId }),
  query: DryRunQuery,
  status: 202,
  response: WebhookDelivery,
});
