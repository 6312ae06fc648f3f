import { decimalText } from '@weir/billing/money';
import { Budget } from '@weir/contracts/budgets';
import type { Links } from '../platform/links.ts';
import type { BudgetRow } from './budget.store.ts';

export const budgetsPath = '/billing/v1/budgets';

export const presentBudget = (row: BudgetRow, links: Links): Budget => {
  const name = links.resourceName(['organization', row.organizationId], ['budget', row.id]);
  const { forecastMicros, micros, spentMicros } = row;
  return Budget.parse({
    api_version: 'billing/v1',
    kind: 'Budget',
    id: row.id,
    metadata: links.metadata(`${budgetsPath}/${row.id}`, name, row),
    spec: {
      display_name: row.displayName,
      scope: { kind: row.scopeKind, id: row.scopeId },
      amount: decimalText(micros),
      currency: row.currency,
      thresholds: row.thresholds,
      forecast_thresholds: row.forecastThresholds,
    },
    status: {
      spent_amount: decimalText(spentMicros),
      forecast_amount: forecastMicros === null ? null : decimalText(forecastMicros),
      passed_threshold: highestPassed(row.thresholds, spentMicros, micros),
      passed_forecast_threshold: highestPassed(row.forecastThresholds, forecastMicros ?? 0n, micros),
      period_start: row.spentFrom?.toISOString() ?? null,
      as_of: row.spentAt?.toISOString() ?? null,
    },
  });
};

const highestPassed = (percents: readonly number[], micros: bigint, of: bigint): number | null => {
  const passed = percents.filter((percent) => micros * 100n >= of * BigInt(percent));
  return passed.length === 0 ? null : Math.max(...passed);
};
