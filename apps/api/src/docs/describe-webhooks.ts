import { webhookBody } from '@weir/contracts/webhook-events';
import { SentEventType } from '@weir/contracts/webhooks';
import type { SchemaOf } from './openapi.ts';

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const headers = [
  header('webhook-id', 'The same in each attempt, by which a server tells that it has it already.'),
  header('webhook-timestamp', 'Seconds since the epoch, of the attempt.'),
  header(
    'webhook-signature',
    'As Standard Webhooks has it: v1, a comma and the HMAC-SHA256 in base64 over id, time stamp and body with dots between them; one for each live secret, with spaces between them.',
  ),
];

/** What servers of tenants are sent: by event, as requests that they answer. */
export const describeWebhooks = (schemaOf: SchemaOf) =>
  Object.fromEntries(
    SentEventType.options.map((type) => [
      type,
      {
        post: {
          operationId: `told ${type}`,
          tags: ['Webhooks'],
          summary: `A webhook is told: ${type}.`,
          security: [],
          parameters: headers,
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(webhookBody(type), 'output') } },
          },
          responses: {
            '2XX': { description: 'Taken.' },
            410: { description: 'Nothing more is to be told: the webhook is switched off.' },
            default: { description: 'Not taken: it is told again, for three days at most.' },
          },
        },
      },
    ]),
  );
