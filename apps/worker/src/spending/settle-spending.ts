import { KnownDays } from '@weir/costs/known-days';
import { findLimited } from '@weir/provisioning/restraints.store';
import { settleRestraints } from '@weir/provisioning/settle-restraints';
import type { WorkerDeps } from '../deps.ts';
import { lastCounted } from './spending.store.ts';

const organizationsAtOnce = 100;
const settleMsMax = 30_000;
/** What passes by itself, and the turn of a period, are told at least this often. */
const quietMsMax = 60_000;

/** What it remembers from one run to the next: without it everything is told once more. */
export interface SettledSpending {
  countedMs: number;
  atMs: number;
  readonly known: KnownDays;
}

export const nothingSettled = (): SettledSpending => ({
  countedMs: 0,
  atMs: 0,
  known: new KnownDays(),
});

/** Tells brokers what limits leave, by what came into the hours since. One organization that fails keeps no other waiting. */
export const settleSpending = async (
  deps: Pick<WorkerDeps, 'cells' | 'clock' | 'db' | 'logger'>,
  settled: SettledSpending,
): Promise<number> => {
  const { cells, clock, db, logger } = deps;
  const nowMs = clock.now();
  const countedMs = (await lastCounted(db))?.getTime() ?? 0;
  if (countedMs === settled.countedMs && nowMs - settled.atMs < quietMsMax) return 0;
  let count = 0;
  let isWhole = true;
  let after = '';
  for (;;) {
    const found = await findLimited(db, after, organizationsAtOnce);
    for (const organizationId of found) {
      after = organizationId;
      try {
        const settle = { cells, known: settled.known, now: () => clock.now() };
        await db.$transaction((tx) => settleRestraints(settle, tx, organizationId), { timeout: settleMsMax });
        count += 1;
      } catch (cause) {
        isWhole = false;
        logger.error({ err: cause, organizationId }, 'what limits leave could not be told');
      }
    }
    if (found.length < organizationsAtOnce) break;
  }
  if (isWhole) Object.assign(settled, { countedMs, atMs: nowMs });
  return count;
};
