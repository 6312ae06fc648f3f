import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { batchLastOffset } from '@weir/kafka-protocol/record-batch';
import { peerFetchPartitionBytesMax } from '../cell-limits.ts';
import type { Deps } from '../deps.ts';
import type { EpochEnd } from '../log/leader-epochs.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { type BatchViews, OffsetRemovedError, readDisk, readTail } from '../log/read.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import type { LastHeard } from '../partition/last-heard.ts';
import type { Partition } from '../partition/partition.ts';
import type { CatchUpBudget } from './catch-up-budget.ts';
import { type Lane, laneNumber } from './lanes.ts';
import type { PeerFetchRequest, PeerFetchResponse } from './peer-messages.ts';

export type Asked = PeerFetchRequest['partitions'][number];
export type Told = PeerFetchResponse['partitions'][number];

export interface SessionDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'>;
  readonly pool: FramePool;
  readonly followers: Pick<LastHeard, 'heard'>;
  readonly catchUp: Pick<CatchUpBudget, 'waitMs' | 'read'>;
  partition(topicId: string, index: number): Partition | null;
  /** The follower knows of a later term than this broker's picture of the cell. */
  pictureIsOld(): void;
}

/** What a follower says of one partition; null: this broker has no replica of it. */
export interface Question {
  readonly asked: Asked;
  readonly partition: Partition | null;
}

/** What it is told, and the frames that hold the bytes of it. */
export interface Served {
  readonly told: Told;
  readonly frames: readonly Frame[];
  readonly bytes: number;
}

export interface ServeLimits {
  readonly bytesMax: number;
  /** On which it was asked. */
  readonly lane: Lane;
  /** Whether it may be read from disk. */
  readonly mayRead: boolean;
}

/**
 * Null: there is nothing to tell. `cold`: it would have to be read from disk; `closed`: the log is not open. A follower
 * that has caught up, but for what one answer from memory brings, is told to ask for the partition on the tail's lane.
 */
export async function serve(
  deps: Pick<SessionDeps, 'deps' | 'pool' | 'pictureIsOld'>,
  question: Question,
  limits: ServeLimits,
): Promise<Served | 'cold' | 'closed' | null> {
  const { asked, partition } = question;
  const refuse = (error: ErrorName): Served => ({ told: refusal(question, error), frames: [], bytes: 0 });
  if (partition === null) {
    deps.pictureIsOld();
    return refuse('UNKNOWN_TOPIC_ID');
  }
  const { leaderEpoch } = partition.record;
  if (leaderEpoch < asked.leaderEpoch) deps.pictureIsOld();
  if (asked.leaderEpoch < leaderEpoch) return refuse('FENCED_LEADER_EPOCH');
  if (leaderEpoch !== asked.leaderEpoch || !partition.isLeader) return refuse('UNKNOWN_LEADER_EPOCH');
  if (!partition.isOpen) return 'closed';
  const { log } = partition;
  if (!partition.hasBegun || log === null) return refuse('NOT_LEADER_OR_FOLLOWER');
  if (asked.writtenEnd < log.firstOffset) return refuse('OFFSET_OUT_OF_RANGE');
  const end = historyParts(partition, asked);
  if (end !== null) {
    const told = { ...marks(asked, partition), divergingEpoch: end.epoch, divergingEnd: end.endOffset };
    return { told, frames: [], bytes: 0 };
  }
  try {
    return await records(deps, asked, partition, log, limits);
  } catch (cause) {
    if (cause instanceof OffsetRemovedError) return refuse('OFFSET_OUT_OF_RANGE');
    deps.deps.log.error('peer.read.failed', { dir: partition.dir }, cause);
    return refuse('KAFKA_STORAGE_ERROR');
  }
}

async function records(
  { pool }: Pick<SessionDeps, 'pool'>,
  asked: Asked,
  partition: Partition,
  log: PartitionLog,
  limits: ServeLimits,
): Promise<Served | 'cold' | null> {
  const from = asked.writtenEnd;
  if (from >= log.endOffset) return limits.lane === 'catch-up' ? elsewhere(asked, partition, 'tail') : null;
  const bytesMax = Math.min(limits.bytesMax, peerFetchPartitionBytesMax);
  const cached = readTail(log, from, log.endOffset, bytesMax, true);
  if (limits.lane === 'catch-up' && cached !== null && endOf(cached) === log.endOffset) {
    for (const frame of cached.frames) frame.release();
    return elsewhere(asked, partition, 'tail');
  }
  if (cached === null && !limits.mayRead) return 'cold';
  // What is accepted and not written yet is in memory, or has to be waited for.
  const found = cached ?? (await readDisk(log, pool, from, partition.durableEnd, bytesMax, true));
  if (found.bytes === 0) return null;
  return {
    told: { ...marks(asked, partition), records: found.views },
    frames: found.frames,
    bytes: found.bytes,
  };
}

function endOf({ views }: BatchViews): number {
  const last = views.at(-1);
  return last === undefined ? -1 : batchLastOffset(last, 0) + 1;
}

/** It is to be asked for on another lane. */
export function elsewhere(asked: Asked, partition: Partition, lane: Lane): Served {
  return { told: { ...marks(asked, partition), lane: laneNumber(lane) }, frames: [], bytes: 0 };
}

/** Where the follower's history parts from this log's (KIP-595); null where it does not. */
export function historyParts(partition: Partition, asked: Asked): EpochEnd | null {
  const endOffset = partition.log?.endOffset ?? 0;
  if (asked.lastEpoch < 0) return asked.writtenEnd > endOffset ? { epoch: -1, endOffset } : null;
  const end = partition.epochEnd(asked.lastEpoch);
  // A later term than all that this log has records of: nothing behind its end is the leader's.
  if (end === null) return { epoch: partition.log?.epochs.latest ?? -1, endOffset };
  return end.epoch < asked.lastEpoch || end.endOffset < asked.writtenEnd ? end : null;
}

export function refusal({ asked, partition }: Question, error: ErrorName): Told {
  const { topicId, partition: index, leaderEpoch } = asked;
  const startOffset = partition?.log?.firstOffset ?? -1;
  return { topicId, partition: index, errorCode: errorCode(error), leaderEpoch, startOffset };
}

/** What is committed, and where the log begins. */
export function marks({ topicId, partition: index, leaderEpoch }: Asked, partition: Partition): Told {
  const { highWatermark, log } = partition;
  const { firstOffset: startOffset = 0, deletedBefore = 0 } = log ?? {};
  return { topicId, partition: index, errorCode: 0, leaderEpoch, highWatermark, startOffset, deletedBefore };
}
