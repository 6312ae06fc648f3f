import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Deps } from '../deps.ts';
import { deletionLookMs } from '../limits.ts';
import type { Partition } from './partition.ts';

/** Up to where records go; −1 in a request stands for what is committed. */
export const highWatermarkOffset = -1;

/** Deletes what the leader has before `offset`, or says why not. Its followers hear of it with what is committed. KIP-107. */
export async function deleteRecordsBefore(partition: Partition, offset: number): Promise<ErrorName | number> {
  const { log, highWatermark } = partition;
  if (log === null || !partition.isOpen) return 'KAFKA_STORAGE_ERROR';
  if (!partition.hasBegun || partition.isCutOff) return 'NOT_LEADER_OR_FOLLOWER';
  const before = offset === highWatermarkOffset ? highWatermark : offset;
  if (before < 0 || before > highWatermark) return 'OFFSET_OUT_OF_RANGE';
  await log.deleteBefore(before);
  // Not only followers: whoever waits at the log's end may stand before where it now begins.
  for (const watcher of partition.watchers) watcher.committed(0);
  return before;
}

/** The leader has deleted what lies before `offset`: it goes here as well, and the leader hears that it did. */
export async function followDeletion(partition: Partition, offset: number): Promise<void> {
  await partition.log?.deleteBefore(offset);
  for (const told of partition.logWatchers) told();
}

/**
 * Where the log begins on every replica that lives or may lead next, once that is `offset` or later on all of them: from
 * then on no election brings deleted records back. Apache Kafka asks those alone that live, and an eligible leader that
 * comes back (KIP-966) shows them again. Null: the time is over, or this broker leads no more.
 */
export async function deletedEverywhere(
  { clock }: Pick<Deps, 'clock'>,
  partition: Partition,
  offset: number,
  until: { readonly deadlineMs: number; isLive(brokerId: number): boolean; isGone(): boolean },
): Promise<number | null> {
  for (;;) {
    const { record, startOffset, term } = partition;
    if (term === null || !partition.hasBegun) return null;
    const mayLead = new Set([...term.mayBeInSync(record), ...record.eligibleReplicas]);
    const others = record.replicas.filter(
      (id) => id !== record.leader && (mayLead.has(id) || until.isLive(id)),
    );
    const lowest = Math.min(startOffset, ...others.map((brokerId) => term.startOf(brokerId)));
    if (lowest >= offset) return lowest;
    if (until.isGone() || clock.monotonicMs() >= until.deadlineMs) return null;
    await new Promise<void>((resolve) => clock.after(deletionLookMs, resolve));
  }
}
