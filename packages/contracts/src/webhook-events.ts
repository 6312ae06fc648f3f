import { z } from 'zod';
import { Amount } from './billing.ts';
import { Timestamp } from './envelope.ts';
import type { SentEventType } from './webhooks.ts';

// What a webhook is told. Names that people gave stay out of it: an id leads to whatever it is about.

const organization = z.string().describe('The id of the organization.');

const spendLimit = z.object({
  organization,
  spend_limit: z.string().describe('The id of the limit.'),
  percent: z.int().describe('The highest threshold that was passed; 100: all of it.'),
  action: z.string().describe('NOTIFY, THROTTLE or READ_ONLY.'),
  period: z.string().describe('HOUR, DAY or MONTH.'),
  period_start: Timestamp,
  currency: z.string(),
  amount: Amount,
  spent_amount: Amount,
});

const budget = z.object({
  organization,
  budget: z.string().describe('The id of the budget.'),
  percent: z.int().describe('The highest threshold that was passed.'),
  period_start: Timestamp,
  currency: z.string(),
  amount: Amount,
  cost_amount: Amount.describe('What is spent, or what the whole month is expected to cost.'),
});

export const webhookEventData = {
  'spend_limit.threshold_passed': spendLimit,
  'spend_limit.reached': spendLimit,
  'spend_limit.lifted': z.object({
    organization,
    spend_limit: z.string().describe('The id of the limit.'),
    reason: z
      .enum(['ROOM', 'DELETED'])
      .describe(
        'ROOM: it was raised, or its next period has begun. DELETED: there is no such limit any more.',
      ),
  }),
  'budget.threshold_passed': budget,
  'budget.forecast_threshold_passed': budget,
  'payment.standing_changed': z.object({
    organization,
    standing: z.string().describe('CURRENT, PAST_DUE, READ_ONLY or SUSPENDED.'),
    previous_standing: z.string(),
    next_at: Timestamp.nullable().describe('When the next standing begins if nothing is paid.'),
  }),
  'webhook.test': z.object({ organization, webhook: z.string().describe('The id of the webhook.') }),
} as const satisfies Record<SentEventType, z.ZodType>;

export type WebhookEventData = {
  readonly [Type in SentEventType]: z.infer<(typeof webhookEventData)[Type]>;
};

/** The body of a request to a webhook. */
export const webhookBody = (type: SentEventType) =>
  z.object({
    type: z.literal(type),
    timestamp: Timestamp.describe('When it happened, whenever it is told.'),
    data: webhookEventData[type],
  });
