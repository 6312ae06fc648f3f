import type { UsageReport } from '@weir/contracts/jobs/usage-report';
import type { WorkerDeps } from '../deps.ts';
import { insertReport, lockMinute, minuteOf, rollUpMinute } from './usage.store.ts';

/** One closed window of one broker into the ledger, and its minute rolled up with it. Replaying is harmless. */
export const recordUsage = async (deps: WorkerDeps, report: UsageReport): Promise<void> => {
  const minute = minuteOf(report.windowStartMs);
  const inserted = await deps.db.$transaction(async (tx) => {
    await lockMinute(tx, minute);
    const count = await insertReport(tx, report);
    if (count > 0) await rollUpMinute(tx, minute);
    return count;
  });
  const { brokerId, bootEpoch, windowStartMs } = report;
  deps.logger.debug({ brokerId, bootEpoch, windowStartMs, inserted }, 'usage recorded');
};
