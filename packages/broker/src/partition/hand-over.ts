import { handOverMsMax } from '../cell-limits.ts';
import type { Deps } from '../deps.ts';
import type { Partition } from './partition.ts';

export interface HandOverDeps {
  readonly deps: Pick<Deps, 'clock'>;
  /** Has the store asked for what the partition wants. */
  look(partition: Partition): void;
}

const settledLookMs = 10;

/** Kafka's preferred leader: the first replica. */
export const preferredLeaderOf = ({ record }: Partition): number | null => record.replicas[0] ?? null;

/**
 * Gives partitions that this broker leads to the replica that is to lead them (null: the partition stays), each only
 * once all of its log is on all that are in sync, so that nothing is lost. Resolves with those that it still leads
 * when the time is over: they go on as they were.
 */
export async function handOver(
  { deps, look }: HandOverDeps,
  partitions: readonly Partition[],
  successorOf: (partition: Partition) => number | null,
): Promise<readonly Partition[]> {
  const { clock } = deps;
  for (const partition of partitions) {
    const successor = successorOf(partition);
    if (successor !== null) partition.hold.begin(successor);
  }
  const until = clock.monotonicMs() + handOverMsMax;
  let left = partitions.filter((partition) => partition.hasBegun);
  while (left.length > 0 && clock.monotonicMs() < until) {
    for (const partition of left) if (partition.isSettled) look(partition);
    await new Promise<void>((resolve) => clock.after(settledLookMs, resolve));
    left = left.filter((partition) => partition.hold.isHeld);
  }
  for (const partition of left) partition.hold.end();
  return left;
}
