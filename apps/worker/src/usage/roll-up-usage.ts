import type { RollUpUsage } from '@weir/contracts/jobs/outbox';
import type { WorkerDeps } from '../deps.ts';
import { rebuildMinutes } from './usage.store.ts';

/** Derives the minutes again, after a change of how they are derived or a mistake in it. */
export const rollUpUsage = async (deps: WorkerDeps, { sinceMs }: RollUpUsage): Promise<void> => {
  await rebuildMinutes(deps.db, new Date(sinceMs));
};
