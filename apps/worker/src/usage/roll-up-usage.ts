import type { RollUpUsage } from '@weir/contracts/jobs/outbox';
import { forgetRolledUp } from '../billing/usage-hour.store.ts';
import type { WorkerDeps } from '../deps.ts';
import { rebuildMinutes } from './usage.store.ts';

/** Derives the minutes again, and hours from them, after a change of how they are derived or a mistake in it. */
export const rollUpUsage = async (deps: WorkerDeps, { sinceMs }: RollUpUsage): Promise<void> => {
  await rebuildMinutes(deps.db, new Date(sinceMs));
  await forgetRolledUp(deps.db);
};
