import { Inject, Injectable } from '@nestjs/common';
import { SpendPeriod } from '@weir/contracts/spend-limits';
import { KnownDays } from '@weir/costs/known-days';
import { readRunning, spentIn } from '@weir/costs/read-spending';
import type { ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { CLOCK } from '../platform/tokens.ts';
import type { SpendLimitRow } from './spend-limit.store.ts';

/** What is spent of a limit, which nobody has looked at yet. */
@Injectable()
export class SpentNow {
  constructor(
    @Inject(KnownDays) private readonly known: KnownDays,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The limit with what the ledger holds of it. Throws TooMuchUsage. */
  async of(tx: ControlTx, row: SpendLimitRow): Promise<SpendLimitRow> {
    const nowMs = this.clock.now();
    const spending = await readRunning(tx, this.known, row.organizationId, [row], nowMs);
    const { fromMs, micros } = spentIn(spending, row, SpendPeriod.parse(row.period));
    return { ...row, spentMicros: micros, spentFrom: new Date(fromMs), spentAt: new Date(nowMs) };
  }
}
