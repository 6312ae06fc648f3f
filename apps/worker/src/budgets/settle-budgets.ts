import type { KnownDays } from '@weir/costs/known-days';
import { expectedIn, readTwoMonths } from '@weir/costs/read-forecast';
import type { WorkerDeps } from '../deps.ts';
import { findDueOrganizations, noteExpected, readBudgets, takeBudgets } from './budget.store.ts';
import { tellBudgets } from './tell-budgets.ts';

const organizationsAtOnce = 20;
/** Two months of an organization are rated for it, and nobody is stopped by it. */
const everyMs = 60_000;
const settleMsMax = 30_000;

type Deps = Pick<WorkerDeps, 'clock' | 'db' | 'logger'>;

/** Looks what budgets have come to, and tells of it. One organization that fails keeps no other waiting. How many were looked at. */
export const settleBudgets = async ({ clock, db, logger }: Deps, known: KnownDays): Promise<number> => {
  let count = 0;
  for (const organizationId of await findDueOrganizations(db, clock.now(), organizationsAtOnce)) {
    const nowMs = clock.now();
    if (!(await takeBudgets(db, organizationId, nowMs, nowMs + everyMs))) continue;
    try {
      await db.$transaction(
        async (tx) => {
          const budgets = await readBudgets(tx, organizationId);
          const months = await readTwoMonths(tx, known, organizationId, budgets, nowMs);
          for (const budget of budgets)
            await noteExpected(tx, budget.id, { ...expectedIn(months, budget), atMs: nowMs });
          await tellBudgets(tx, organizationId, nowMs);
        },
        { timeout: settleMsMax },
      );
      count += 1;
    } catch (cause) {
      logger.error({ err: cause, organizationId }, 'what budgets have come to could not be told');
    }
  }
  return count;
};
