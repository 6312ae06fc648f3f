import { z } from 'zod';
import { Amount, Currency } from './billing.ts';
import { DryRunQuery, displayName, head, list, PageQuery, Timestamp } from './envelope.ts';
import { BudgetId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { filterText } from './plain-text.ts';
import { AmountInput, percents, SpendScope, SpendScopeKind } from './spend-scope.ts';

/** Of one organization. */
export const budgetsMax = 50;
/** A budget stops nobody, so it may well be passed. */
const percentMax = 1_000;

const thresholds = percents(percentMax).describe(
  'Percent of the amount at which people are told, once it is spent. Each once a month.',
);
const forecastThresholds = percents(percentMax).describe(
  'Percent of the amount at which people are told, once the whole month is expected to cost that by at least a day of usage. Each once a month.',
);

const spec = { display_name: displayName, scope: SpendScope, currency: Currency };

export const Budget = z
  .object({
    ...head('billing/v1', 'Budget'),
    id: BudgetId,
    spec: z.object({
      ...spec,
      amount: Amount.describe('For a month, of UTC.'),
      thresholds,
      forecast_thresholds: forecastThresholds,
    }),
    status: z.object({
      spent_amount: Amount.describe('In the running month, as far as the ledger held it then.'),
      forecast_amount: Amount.nullable().describe(
        'What the whole month is expected to cost. Null: there is not an hour yet to expect it from.',
      ),
      passed_threshold: z
        .int()
        .nullable()
        .describe('The highest threshold that was passed in the running month.'),
      passed_forecast_threshold: z.int().nullable().describe('The highest one that the forecast is at.'),
      period_start: Timestamp.nullable(),
      as_of: Timestamp.nullable().describe('Null: nothing is known yet.'),
    }),
  })
  .meta({ id: 'Budget' });
export type Budget = z.infer<typeof Budget>;

export const CreateBudgetInput = z
  .object({
    spec: z.object({
      ...spec,
      amount: AmountInput.refine((text) => /[1-9]/.test(text), 'A budget is more than nothing.'),
      currency: Currency.default('USD'),
      thresholds: thresholds.default([50, 80, 100]),
      forecast_thresholds: forecastThresholds.default([100]),
    }),
  })
  .meta({ id: 'CreateBudgetInput' });

const { amount } = CreateBudgetInput.shape.spec.shape;

export const UpdateBudgetInput = z
  .object({
    spec: z.object({
      display_name: displayName.optional(),
      amount: amount.optional(),
      thresholds: thresholds.optional(),
      forecast_thresholds: forecastThresholds.optional(),
    }),
  })
  .meta({ id: 'UpdateBudgetInput' });

const common = { tag: 'Billing', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: BudgetId });

export const listBudgets = defineOperation({
  ...common,
  id: 'listBudgets',
  method: 'GET',
  path: '/billing/v1/budgets',
  summary: 'The budgets of your organization, newest first.',
  query: PageQuery.extend({
    'scope.kind': SpendScopeKind.optional().describe('Only budgets of such things.'),
    'scope.id': filterText.min(1).optional().describe('Only budgets of this one.'),
  }),
  status: 200,
  response: list('billing/v1', 'BudgetList', Budget),
});

export const createBudget = defineOperation({
  ...common,
  id: 'createBudget',
  method: 'POST',
  path: '/billing/v1/budgets',
  summary: 'Say what a month is meant to cost, and when to be told. It stops nobody: a spend limit does.',
  query: DryRunQuery,
  body: CreateBudgetInput,
  status: 201,
  response: Budget,
});

export const getBudget = defineOperation({
  ...common,
  id: 'getBudget',
  method: 'GET',
  path: '/billing/v1/budgets/{id}',
  summary: 'One budget, how much of it is spent, and what the month is expected to come to.',
  params,
  status: 200,
  response: Budget,
});

export const updateBudget = defineOperation({
  ...common,
  id: 'updateBudget',
  method: 'PATCH',
  path: '/billing/v1/budgets/{id}',
  summary: 'Change what a budget is, or when people are told. Of another amount they are told again.',
  params,
  query: DryRunQuery,
  body: UpdateBudgetInput,
  status: 200,
  response: Budget,
});

export const deleteBudget = defineOperation({
  ...common,
  id: 'deleteBudget',
  method: 'DELETE',
  path: '/billing/v1/budgets/{id}',
  summary: 'Delete a budget.',
  params,
  query: DryRunQuery,
  status: 204,
  response: null,
});
