import { z } from 'zod';
import { Amount, Currency } from './billing.ts';
import { DryRunQuery, displayName, head, list, PageQuery, Timestamp } from './envelope.ts';
import { SpendLimitId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { AmountInput, percents, SpendScope } from './spend-scope.ts';

/** Of one organization. */
export const spendLimitsMax = 50;

export const SpendPeriod = z.enum(['HOUR', 'DAY', 'MONTH']);
export type SpendPeriod = z.infer<typeof SpendPeriod>;
export const SpendAction = z
  .enum(['NOTIFY', 'THROTTLE', 'READ_ONLY'])
  .describe(
    'Once the amount is spent. NOTIFY: people are told. THROTTLE: clients are slowed to 16 KiB a second in each direction. READ_ONLY: writes, new topics and new partitions are refused with POLICY_VIOLATION; what is read, stored or simply there still costs.',
  );
export type SpendAction = z.infer<typeof SpendAction>;

const thresholds = percents(99).describe(
  'Percent of the amount at which people are told, besides the whole of it.',
);

const spec = {
  display_name: displayName,
  scope: SpendScope,
  period: SpendPeriod.describe('Of UTC: a whole hour, day or month.'),
  currency: Currency,
  action: SpendAction,
  thresholds,
};

export const SpendLimit = z
  .object({
    ...head('billing/v1', 'SpendLimit'),
    id: SpendLimitId,
    spec: z.object({ ...spec, amount: Amount }),
    status: z.object({
      phase: z.enum(['OPEN', 'REACHED']),
      spent_amount: Amount.describe('In the running period, as far as the ledger held it then.'),
      overshoot_amount: Amount.describe('By how much it was passed.'),
      period_start: Timestamp.nullable(),
      as_of: Timestamp.nullable().describe('Null: nothing is known yet.'),
    }),
  })
  .meta({ id: 'SpendLimit' });
export type SpendLimit = z.infer<typeof SpendLimit>;

export const CreateSpendLimitInput = z
  .object({
    spec: z.object({
      ...spec,
      period: SpendPeriod.default('MONTH'),
      amount: AmountInput,
      currency: Currency.default('USD'),
      thresholds: thresholds.default([50, 80]),
    }),
  })
  .meta({ id: 'CreateSpendLimitInput' });

export const UpdateSpendLimitInput = z
  .object({
    spec: z.object({
      display_name: displayName.optional(),
      amount: AmountInput.optional(),
      action: SpendAction.optional(),
      thresholds: thresholds.optional(),
    }),
  })
  .meta({ id: 'UpdateSpendLimitInput' });

const common = { tag: 'Billing', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: SpendLimitId });

export const listSpendLimits = defineOperation({
  ...common,
  id: 'listSpendLimits',
  method: 'GET',
  path: '/billing/v1/spend-limits',
  summary: 'The spend limits of your organization, newest first.',
  query: PageQuery,
  status: 200,
  response: list('billing/v1', 'SpendLimitList', SpendLimit),
});

export const createSpendLimit = defineOperation({
  ...common,
  id: 'createSpendLimit',
  method: 'POST',
  path: '/billing/v1/spend-limits',
  summary: 'Say what may be spent at most. Brokers hold it within 30 seconds, by themselves.',
  query: DryRunQuery,
  body: CreateSpendLimitInput,
  status: 201,
  response: SpendLimit,
});

export const getSpendLimit = defineOperation({
  ...common,
  id: 'getSpendLimit',
  method: 'GET',
  path: '/billing/v1/spend-limits/{id}',
  summary: 'One spend limit, and how much of it is spent.',
  params,
  status: 200,
  response: SpendLimit,
});

export const updateSpendLimit = defineOperation({
  ...common,
  id: 'updateSpendLimit',
  method: 'PATCH',
  path: '/billing/v1/spend-limits/{id}',
  summary: 'Raise or lower a spend limit, or change what it does. Who was stopped goes on at once.',
  params,
  query: DryRunQuery,
  body: UpdateSpendLimitInput,
  status: 200,
  response: SpendLimit,
});

export const deleteSpendLimit = defineOperation({
  ...common,
  id: 'deleteSpendLimit',
  method: 'DELETE',
  path: '/billing/v1/spend-limits/{id}',
  summary: 'Delete a spend limit. Who was stopped by it goes on at once.',
  params,
  query: DryRunQuery,
  status: 204,
  response: null,
});
