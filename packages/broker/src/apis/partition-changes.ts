import { partitionChangesPerSecMax } from '../limits.ts';
import type { RequestContext } from './handler.ts';

/**
 * Whether the cluster may make or remove so many partitions now, and counts them (KIP-599): each is work
 * for the store and for every broker of the cell.
 */
export function mayChangePartitions(context: RequestContext, partitions: number): boolean {
  const { cluster } = context.identity;
  const now = context.services.deps.clock.monotonicMs();
  if (cluster.partitionChanges.isInDebt(now)) {
    cluster.reachedLimits.reached('partitionChangesPerSecMax');
    return false;
  }
  cluster.partitionChanges.charge(partitions, now);
  return true;
}

export const tooManyChanges = `The cluster makes and removes more than ${partitionChangesPerSecMax} partitions a second (partitionChangesPerSecMax). Try again in a while.`;
