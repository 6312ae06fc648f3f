import { decimalText } from '@weir/billing/money';
import { SpendLimit } from '@weir/contracts/spend-limits';
import type { Links } from '../platform/links.ts';
import type { SpendLimitRow } from './spend-limit.store.ts';

export const spendLimitsPath = '/billing/v1/spend-limits';

export const presentSpendLimit = (row: SpendLimitRow, links: Links): SpendLimit => {
  const name = links.resourceName(['organization', row.organizationId], ['spend-limit', row.id]);
  const over = row.spentMicros - row.micros;
  return SpendLimit.parse({
    api_version: 'billing/v1',
    kind: 'SpendLimit',
    id: row.id,
    metadata: links.metadata(`${spendLimitsPath}/${row.id}`, name, row),
    spec: {
      display_name: row.displayName,
      scope: { kind: row.scopeKind, id: row.scopeId },
      period: row.period,
      amount: decimalText(row.micros),
      currency: row.currency,
      action: row.action,
      thresholds: row.thresholds,
    },
    status: {
      phase: row.spentAt !== null && over >= 0n ? 'REACHED' : 'OPEN',
      spent_amount: decimalText(row.spentMicros),
      overshoot_amount: decimalText(over > 0n ? over : 0n),
      period_start: row.spentFrom?.toISOString() ?? null,
      as_of: row.spentAt?.toISOString() ?? null,
    },
  });
};
