import { decimalText } from '@weir/billing/money';
import { monthlyCostOfCluster, monthlyCostOfPartitions } from '@weir/billing/monthly-cost';
import { periodOf } from '@weir/billing/period';
import type { DryRunCost } from '@weir/contracts/dry-run-cost';
import { termsOf } from '@weir/costs/rate-organization';

interface Sized {
  readonly kind: string;
  readonly cku: number | null;
  readonly cloud: string;
  readonly region: string;
}

const answered = (currency: 'USD', micros: bigint): DryRunCost => ({
  currency,
  monthly_amount: decimalText(micros),
});

/** What a cluster costs more by what it is to be; `before` null: it is to be made. */
export const costOfCluster = (before: Sized | null, after: Sized, nowMs: number): DryRunCost => {
  const terms = termsOf(periodOf(nowMs));
  const monthly = (row: Sized | null) =>
    row === null
      ? 0n
      : monthlyCostOfCluster(terms, {
          kind: row.kind,
          units: row.cku,
          region: `${row.cloud}.${row.region}`,
        });
  return answered(terms.book.currency, monthly(after) - monthly(before));
};

/** What so many more partitions of a cluster cost. */
export const costOfPartitions = (
  cluster: Sized,
  { before, added }: { readonly before: number; readonly added: number },
  nowMs: number,
): DryRunCost => {
  const terms = termsOf(periodOf(nowMs));
  const place = { kind: cluster.kind, region: `${cluster.cloud}.${cluster.region}` };
  const monthly = (count: number) => monthlyCostOfPartitions(terms, place, count);
  return answered(terms.book.currency, monthly(before + added) - monthly(before));
};
