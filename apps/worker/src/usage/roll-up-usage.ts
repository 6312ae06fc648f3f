import type { RollUpUsage } from '@weir/contracts/jobs/outbox';
import type { WorkerDeps } from '../deps.ts';
import { rebuildDay } from './rebuild-usage.store.ts';
import { dayOf } from './usage.store.ts';
import { findParts } from './usage-part.store.ts';

/** As late as any moment that a store holds. */
const endOfTime = new Date(8_640_000_000_000_000);

/**
 * Derives all that is derived of days since then again, from their ledgers, after a change of how it is derived or a
 * mistake in it. Days whose ledger is gone stay as they are.
 */
export const rollUpUsage = async (
  { db }: Pick<WorkerDeps, 'db'>,
  { sinceMs }: RollUpUsage,
): Promise<void> => {
  const since = dayOf(sinceMs);
  const parts = await findParts(db, 'day', endOfTime);
  for (const part of parts) if (part.since >= since) await rebuildDay(db, part.since);
};
