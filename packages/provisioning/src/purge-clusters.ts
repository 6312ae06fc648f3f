import type { ControlDb } from '@weir/db/control';
import { findExpired, lockCluster, setGoing } from './intents.store.ts';
import { addToOutbox } from './outbox.store.ts';

/** At a time: what is left comes with the next look. */
const clustersAtOnce = 100;

/**
 * Deleted clusters that could be restored until now go for good. What is due stands in Postgres alone; whoever looks at
 * the same time finds them taken. Returns how many.
 */
export const purgeClusters = async (db: ControlDb, now: number): Promise<number> => {
  const ids = await findExpired(db, now, clustersAtOnce);
  for (const id of ids) await purgeCluster(db, id, now);
  return ids.length;
};

const purgeCluster = (db: ControlDb, id: string, now: number): Promise<void> =>
  db.$transaction(async (tx) => {
    const cluster = await lockCluster(tx, id);
    const until = cluster?.restorableUntil;
    if (!cluster || cluster.phase === 'DELETING' || !until || until.getTime() > now) return;
    await setGoing(tx, id);
    await addToOutbox(tx, 'cluster', id, now);
  });
