import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import type { WorkerDeps } from '../deps.ts';
import { recordKeyUses } from './key-use.store.ts';
import { insertReached, insertReport, lockMinute, minuteOf, rollUpMinute } from './usage.store.ts';

/** One closed window of one broker into the ledger, its minute rolled up with it, the limits met in it, and who used which key. Replaying is harmless. */
export const recordUsage = async (deps: WorkerDeps, report: ReceivedUsageReport): Promise<void> => {
  const minute = minuteOf(report.windowStartMs);
  const inserted = await deps.db.$transaction(async (tx) => {
    await lockMinute(tx, minute);
    const count = await insertReport(tx, report);
    await insertReached(tx, report);
    if (count > 0) await rollUpMinute(tx, minute);
    return count;
  });
  // Apart from the ledger, which nobody who looks at his keys is to wait for.
  await recordKeyUses(deps.db, report.keyUses);
  const { brokerId, bootEpoch, windowStartMs } = report;
  deps.logger.debug({ brokerId, bootEpoch, windowStartMs, inserted }, 'usage recorded');
};
