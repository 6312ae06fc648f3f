import type { KnownDays } from '@weir/costs/known-days';
import { expectedIn, readTwoMonths } from '@weir/costs/read-forecast';
import type { WorkerDeps } from '../deps.ts';
import { findDueOrganizations, noteExpected, readBudgets, takeBudgets } from './budget.store.ts';
import { tellBudgets } from './tell-budgets.ts';

const organizationsAtOnce = 20;
/** Two months of an organization are rated for it, and nobody is stopped by it. */
const everyMs = 60_000;
const settleMsMax = 30_000;
/** One busy hour says little of a month, and each threshold is told once: nobody is told of what less than a day expects. */
const hoursSeenMin = 24;

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
          const young = new Set<string>();
          for (const budget of budgets) {
            const { hoursSeen, ...expected } = expectedIn(months, budget);
            if (hoursSeen < hoursSeenMin) young.add(budget.id);
            await noteExpected(tx, budget.id, { ...expected, atMs: nowMs });
          }
          await tellBudgets(tx, organizationId, young, nowMs);
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
