import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import type { WorkerDeps } from '../deps.ts';
import { insertReached, insertReport, lockMinute, minuteOf, rollUpMinute } from './usage.store.ts';

/** One closed window of one broker into the ledger, its minute rolled up with it, and the limits met in it. Replaying is harmless. */
export const recordUsage = async (deps: WorkerDeps, report: ReceivedUsageReport): Promise<void> => {
  const minute = minuteOf(report.windowStartMs);
  const inserted = await deps.db.$transaction(async (tx) => {
    await lockMinute(tx, minute);
    const count = await insertReport(tx, report);
    await insertReached(tx, report);
    if (count > 0) await rollUpMinute(tx, minute);
    return count;
  });
  const { brokerId, bootEpoch, windowStartMs } = report;
  deps.logger.debug({ brokerId, bootEpoch, windowStartMs, inserted }, 'usage recorded');
};
