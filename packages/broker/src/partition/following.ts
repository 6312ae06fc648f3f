import {
  batchBaseOffset,
  batchBytes,
  batchLastOffset,
  batchPositions,
  recordCount,
  setBaseOffset,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';
import type { Log } from '../deps.ts';
import { isWholeBatch, placeOf } from '../log/batch-scan.ts';
import type { EpochEnd } from '../log/leader-epochs.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { followDeletion } from './delete-records.ts';
import type { Partition } from './partition.ts';

// What a follower does with what its leader tells. All of it is void for a partition that this broker leads by now.

/** `isElsewhere`: what was sent goes on at another place than where the log ends, and nothing of it was taken. */
export type Taken =
  | { readonly ok: true }
  | { readonly ok: false; readonly isElsewhere: boolean; readonly why: string };

const broken = (why: string): Taken => ({ ok: false, isElsewhere: false, why });

/**
 * Appends what the leader sent: whole batches that go on where the log ends, with the offsets and the epoch that they
 * have. `isTail`: they are kept in memory as well, as whoever is near the log's end may soon read them.
 */
export function appendFetched(partition: Partition, records: Buffer, frame: Frame, isTail: boolean): Taken {
  const { log, isOpen, isLeader } = partition;
  if (log === null || !isOpen || isLeader) return broken('the log is not open to follow');
  for (let at = 0; at < records.length; at += batchBytes(records, at)) {
    if (!isWholeBatch(records, at)) return broken(`no whole batch at ${at} of ${records.length} bytes`);
    beginEmptyAt(records, at, log.endOffset);
    const place = placeOf(records, at);
    if (place.baseOffset !== log.endOffset) {
      const why = `offset ${place.baseOffset} where ${log.endOffset} is due`;
      return { ok: false, isElsewhere: at === 0, why };
    }
    log.append(place, records.subarray(at, at + place.length), frame, isTail);
  }
  partition.arrived(log.endOffset, records.length);
  return { ok: true };
}

/**
 * Of a log that was compacted one empty batch may stand for several that are here in part: it is to begin where they
 * end. One with records has the offsets that it was produced with, everywhere.
 */
function beginEmptyAt(records: Buffer, at: number, offset: number): void {
  const [first, last] = [batchBaseOffset(records, at), batchLastOffset(records, at)];
  if (recordCount(records, at) > 0 || first >= offset || last < offset) return;
  setBaseOffset(records, at, offset);
  records.writeInt32BE(last - offset, at + batchPositions.lastOffsetDelta);
  writeBatchCrc(records, at);
}

/**
 * The leader says what is committed, having found that what is here is its history, and where its log begins: what it
 * has no more goes here as well.
 */
export function learnFromLeader(
  log: Log,
  partition: Partition,
  leader: { readonly highWatermark: number; readonly startOffset: number; readonly deletedBefore: number },
): void {
  const { log: own, isLeader } = partition;
  if (own === null || isLeader) return;
  const committed = Math.min(leader.highWatermark, own.endOffset);
  partition.learnCommitted(committed);
  const failed = (cause: unknown) => log.error('partition.removal.failed', { dir: partition.dir }, cause);
  const { highWatermark } = partition;
  // Once, when it has caught up so far: each time is a file that is written.
  const isDue = leader.deletedBefore > own.startOffset && leader.deletedBefore <= highWatermark;
  if (isDue) followDeletion(partition, leader.deletedBefore).catch(failed);
  if (leader.startOffset > own.firstOffset)
    own.dropBefore(Math.min(leader.startOffset, highWatermark)).catch(failed);
}

/**
 * Whether the leader's history ends before what was committed here does. Every leader that the store elects has that,
 * unless an unclean election came in between; this one's disk was set back, and nothing is given up for it.
 */
export function isLacking(log: Log, partition: Partition, end: EpochEnd): boolean {
  const { log: own, dir, highWatermark, record, comparedEpoch } = partition;
  if (own === null || cutOffset(own, end) >= highWatermark) return false;
  if (record.uncleanEpoch > Math.max(own.epochs.latest, comparedEpoch)) return false;
  const { leader, leaderEpoch } = record;
  const told = { dir, leader, leaderEpoch, committedEnd: highWatermark, leaderEnd: end.endOffset };
  if (partition.lackingEpoch !== leaderEpoch) log.error('partition.leader.lacks-committed', told);
  partition.lackingEpoch = leaderEpoch;
  return true;
}

/** Up to where the two histories are the same. */
function cutOffset(own: PartitionLog, end: EpochEnd): number {
  const ownEnd = own.epochs.endOf(end.epoch, own.endOffset)?.endOffset ?? own.endOffset;
  return Math.min(ownEnd, end.endOffset, own.endOffset);
}

/** Ends the log where the leader's history parts from it (KIP-595). */
export async function truncateToLeader(log: Log, partition: Partition, end: EpochEnd): Promise<void> {
  const { log: own, dir, highWatermark } = partition;
  if (own === null || partition.isLeader) return;
  const { leaderEpoch } = partition.record;
  if (leaderEpoch < own.epochs.latest)
    throw new Error(
      `epoch ${own.epochs.latest} is here, and the leader has ${leaderEpoch}: the store was set back`,
    );
  const offset = cutOffset(own, end);
  if (offset >= own.endOffset) {
    // The two histories part where this log ends: it has terms of its own, and no record of them.
    own.epochs.cutFrom(offset);
    return;
  }
  const told = { dir, from: own.endOffset, to: offset, highWatermark };
  // Only after an unclean election.
  if (offset < highWatermark) log.error('partition.truncated.below-high-watermark', told);
  else log.info('partition.truncated', told);
  partition.highWatermark = Math.min(highWatermark, offset);
  await partition.replica.truncateTo(offset);
}

/** Begins anew where the leader's log begins, which is behind all that is here. */
export async function restartAtLeader(log: Log, partition: Partition, offset: number): Promise<void> {
  if (partition.isLeader) return;
  log.warn('partition.restarted', { dir: partition.dir, offset });
  partition.highWatermark = offset;
  await partition.replica.restartAt(offset);
}
