import { Inject, Injectable } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import { monthlyCostOfCluster, monthlyCostOfPartitions } from '@weir/billing/monthly-cost';
import { periodOf } from '@weir/billing/period';
import type { DryRunCost } from '@weir/contracts/dry-run-cost';
import { readTerms } from '@weir/costs/terms.store';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';

interface Sized {
  readonly kind: string;
  readonly cku: number | null;
  readonly cloud: string;
  readonly region: string;
}

/** By how much a month costs more after a change, at the prices that the caller's organization has now. */
@Injectable()
export class DryRunCosts {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What a cluster costs more by what it is to be; `before` null: it is to be made; `after` null: it is to go. */
  async ofCluster(call: Call, before: Sized | null, after: Sized | null): Promise<DryRunCost> {
    const terms = await this.#terms(call);
    const monthly = (row: Sized | null) =>
      row === null
        ? 0n
        : monthlyCostOfCluster(terms, {
            kind: row.kind,
            units: row.cku,
            region: `${row.cloud}.${row.region}`,
          });
    return answered(terms.book.currency, monthly(after) - monthly(before));
  }

  /** What so many more partitions of a cluster cost, or less where they are fewer than none. */
  async ofPartitions(
    call: Call,
    cluster: Sized,
    { before, added }: { readonly before: number; readonly added: number },
  ): Promise<DryRunCost> {
    const terms = await this.#terms(call);
    const place = { kind: cluster.kind, region: `${cluster.cloud}.${cluster.region}` };
    const monthly = (count: number) => monthlyCostOfPartitions(terms, place, count);
    return answered(terms.book.currency, monthly(before + added) - monthly(before));
  }

  #terms({ caller }: Call) {
    return readTerms(this.db, caller.organizationId, periodOf(this.clock.now()));
  }
}

const answered = (currency: 'USD', micros: bigint): DryRunCost => ({
  currency,
  monthly_amount: decimalText(micros),
});
