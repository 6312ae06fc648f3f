import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import type { WorkerDeps } from '../deps.ts';
import { recordKeyUses } from './key-use.store.ts';
import { addLate } from './late-usage.store.ts';
import { derivePeaks } from './peak.store.ts';
import { addRows, dayOf, insertReached, insertWindows, lockIntake, openDays } from './usage.store.ts';

type RecordDeps = Pick<WorkerDeps, 'db' | 'logger' | 'metrics'>;

/**
 * Closed windows into the ledger, with all that is derived from them, the limits met in them, and who used which key: all
 * of them or, where it throws, none. Replaying is harmless.
 */
export const recordUsage = async (
  deps: RecordDeps,
  reports: readonly ReceivedUsageReport[],
): Promise<void> => {
  const inserted = await deps.db.$transaction(async (tx) => {
    await lockIntake(tx);
    const days = [...new Set(reports.map(({ windowStartMs }) => dayOf(windowStartMs).getTime()))];
    const sealed = await openDays(
      tx,
      days.map((ms) => new Date(ms)),
    );
    const isLate = ({ windowStartMs }: ReceivedUsageReport) => sealed.has(dayOf(windowStartMs).getTime());
    const inTime = reports.filter((report) => !isLate(report));
    await insertWindows(tx, inTime);
    const count = await addRows(tx, 'usage_ledger', inTime);
    if (count > 0) await derivePeaks(tx, inTime);
    for (const report of reports.filter(isLate)) {
      const outcome = await addLate(tx, report);
      const { bootEpoch, brokerId, windowStartMs } = report;
      deps.metrics.lateWindow(outcome);
      deps.logger.warn(
        { brokerId, bootEpoch, windowStartMs, outcome },
        'a window came when its day was sealed',
      );
    }
    await insertReached(tx, reports);
    return count;
  });
  // Apart from the ledger, which nobody who looks at his keys is to wait for.
  await recordKeyUses(deps.db, latestUses(reports));
  deps.logger.debug({ windows: reports.length, rows: inserted }, 'usage recorded');
};

type KeyUse = ReceivedUsageReport['keyUses'][number];

/** Of each secret the last use. */
const latestUses = (reports: readonly ReceivedUsageReport[]): KeyUse[] => {
  const latest = new Map<string, KeyUse>();
  for (const use of reports.flatMap(({ keyUses }) => keyUses)) {
    const name = `${use.clusterId} ${use.keyId} ${use.secretNumber}`;
    if ((latest.get(name)?.atMs ?? -1) < use.atMs) latest.set(name, use);
  }
  return [...latest.values()];
};
