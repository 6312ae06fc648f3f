import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { batchBytes, batchLastOffset } from '@weir/kafka-protocol/record-batch';
import type { FetchedPartition } from '../cluster/fetch-sessions.ts';
import type { Topic } from '../cluster/topic.ts';
import { fetchRoomBytesMin } from '../limits.ts';
import { type AbortedTransaction, abortedBetween } from '../log/aborted-index.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { type BatchViews, DamagedLogError, OffsetRemovedError, readDisk, readTail } from '../log/read.ts';
import type { Account } from '../memory/account.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import type { Partition } from '../partition/partition.ts';
import type { FetchPlan } from './fetch-plan.ts';
import { isAllowed, type RequestContext } from './handler.ts';
import { mayReadHere, nearReplica } from './near-replica.ts';

/** What a fetch found of one partition. */
export interface GatheredPartition {
  readonly key: string;
  readonly wanted: FetchedPartition;
  readonly topic: Topic | null;
  readonly partition: Partition | null;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Transactions whose records are to be passed over; null: all are wanted. */
  readonly aborted: readonly AbortedTransaction[] | null;
  readonly startOffset: number;
  /** The broker from which the consumer is to read on; −1: this one. */
  readonly preferredReadReplica: number;
  readonly views: Buffer[];
  readonly frames: readonly Frame[];
  readonly bytes: number;
}

/**
 * One round over the partitions of a fetch. The first that has anything gives at least one whole batch,
 * whatever the limits (KIP-74); the others keep their own limit and what is left of `bytesMax`.
 */
export async function gather(
  context: RequestContext,
  plan: FetchPlan,
  bytesMax: number,
): Promise<GatheredPartition[]> {
  const gathered: GatheredPartition[] = [];
  let left = bytesMax;
  let isFirst = bytesMax > 0;
  try {
    for (const [key, wanted] of plan.partitions) {
      const turn = context.pace.step(2);
      if (turn !== null) await turn;
      const limits = { bytesMax: left, mayExceed: isFirst };
      const part = await gatherOne(context, plan, key, wanted, limits);
      gathered.push(part);
      if (part.bytes > 0) isFirst = false;
      left = Math.max(left - part.bytes, 0);
    }
  } catch (cause) {
    release(gathered);
    throw cause;
  }
  return gathered;
}

/** Bytes that the answer may have now: what was asked for, or a part of the room that is left, or nothing. */
export function roomFor(answers: Account, asked: number): number {
  const { room } = answers;
  if (room >= 4 * asked) return asked;
  return room < fetchRoomBytesMin ? 0 : Math.min(asked, Math.max(Math.floor(room / 4), fetchRoomBytesMin));
}

/** Gives back what was read and is not going to be sent. */
export function release(gathered: readonly GatheredPartition[]): void {
  for (const part of gathered) for (const frame of part.frames) frame.release();
}

/** One partition: what may be read there, or why nothing may. */
export async function gatherOne(
  context: RequestContext,
  { rackId, isCommittedOnly }: Pick<FetchPlan, 'rackId' | 'isCommittedOnly'>,
  key: string,
  wanted: FetchedPartition,
  limits: ReadLimits,
): Promise<GatheredPartition> {
  const topic = topicOf(context, wanted.topicKey);
  const refuse = (error: ErrorName, partition: Partition | null = null): GatheredPartition => ({
    ...{ key, wanted, topic, partition, errorCode: errorCode(error) },
    ...nothing,
  });
  const usesTopicIds = context.apiVersion >= 13;
  if (topic === null && usesTopicIds) return refuse('UNKNOWN_TOPIC_ID');
  if (!isAllowed(context, 'READ', 'TOPIC', topic?.name ?? wanted.topicKey)) {
    return refuse('TOPIC_AUTHORIZATION_FAILED');
  }
  if (topic?.has(wanted.partition) !== true) return refuse('UNKNOWN_TOPIC_OR_PARTITION');
  const partition = topic.hosted.get(wanted.partition);
  if (partition === undefined || !(partition.isLeader || mayReadHere(context, rackId, partition)))
    return refuse('NOT_LEADER_OR_FOLLOWER');
  const epochError = leaderEpochError(partition, Math.max(wanted.currentLeaderEpoch, -1));
  if (epochError !== null) return refuse(epochError);
  if (!partition.isOpen) {
    try {
      await partition.open();
    } catch {
      // The partition has said why.
      return refuse('KAFKA_STORAGE_ERROR');
    }
  }
  const isServing = partition.isLeader ? partition.isServing : mayReadHere(context, rackId, partition);
  if (!isServing) return refuse('NOT_LEADER_OR_FOLLOWER');
  const { highWatermark, lastStableOffset, startOffset } = partition;
  const marks = { highWatermark, lastStableOffset, startOffset };
  const offset = wanted.fetchOffset;
  // A broker that has not registered does not know whether it leads: what comes next may be at another one.
  const isElsewhere = partition.isLeader && !partition.hasBegun && partition.isReplicated;
  if (isElsewhere && offset >= highWatermark) return refuse('NOT_LEADER_OR_FOLLOWER');
  const preferredReadReplica = nearReplica(context, rackId, partition, offset) ?? -1;
  if (preferredReadReplica >= 0) return { ...refuse('NONE', partition), ...marks, preferredReadReplica };
  // Committed before, as far as the reader knows, and not known here yet, in this term or by this follower: it waits.
  const isAhead =
    offset > highWatermark && (offset <= (partition.log?.endOffset ?? 0) || !partition.isCommitKnown);
  if (isAhead) return { ...refuse('NONE', partition), ...marks };
  if (offset > highWatermark || offset < startOffset) {
    return { ...refuse('OFFSET_OUT_OF_RANGE'), ...marks };
  }
  const bytesMax = Math.min(wanted.partitionBytesMax, limits.bytesMax);
  const endOffset = isCommittedOnly ? lastStableOffset : highWatermark;
  const place = { from: offset, to: endOffset, isCommittedOnly };
  const found = await readDecided(context, partition, place, { ...limits, bytesMax });
  if (found === 'failed') return refuse('KAFKA_STORAGE_ERROR');
  if (found === 'damaged') return { ...refuse('CORRUPT_MESSAGE'), ...marks };
  if (found === 'removed')
    return { ...refuse('OFFSET_OUT_OF_RANGE'), ...marks, startOffset: partition.startOffset };
  return { ...refuse('NONE', partition), ...marks, ...found };
}

/** What is there, and for readers of committed records which transactions in it were aborted. */
async function readDecided(
  context: RequestContext,
  partition: Partition,
  place: ByOffset & { readonly isCommittedOnly: boolean },
  limits: ReadLimits,
) {
  const { log } = partition;
  const views = await read(context, partition, place, limits);
  if (log === null || typeof views === 'string' || !place.isCommittedOnly || views.bytes === 0) return views;
  const aborted = await abortedIn(context, log, place.from, views);
  // A segment that was removed meanwhile has taken with it what was known of the transactions in these bytes.
  const isThere = partition.log === log && log.firstOffset <= place.from;
  if (aborted !== null && isThere) return { ...views, aborted };
  for (const frame of views.frames) frame.release();
  return isThere || partition.log !== log ? 'failed' : 'removed';
}

/** The aborted transactions that reach into what was read; null where the disk refuses, or has nothing of it any more. */
async function abortedIn(
  context: RequestContext,
  log: PartitionLog,
  offset: number,
  { views }: BatchViews,
): Promise<readonly AbortedTransaction[] | null> {
  try {
    return await abortedBetween(log.segments, offset, endOf(views));
  } catch (cause) {
    context.services.deps.log.error('partition.read.failed', { dir: log.dir, offset }, cause);
    return null;
  }
}

/** Behind the last record of the batches; a view may hold many. */
function endOf(views: readonly Buffer[]): number {
  const last = views.at(-1);
  if (last === undefined) return 0;
  let at = 0;
  for (let next = batchBytes(last, 0); next < last.length; next += batchBytes(last, next)) at = next;
  return batchLastOffset(last, at) + 1;
}

const nothing = {
  highWatermark: -1,
  lastStableOffset: -1,
  aborted: null,
  startOffset: -1,
  preferredReadReplica: -1,
  views: [],
  frames: [],
  bytes: 0,
};

export interface ReadLimits {
  readonly bytesMax: number;
  /** The first batch is read whatever its size. */
  readonly mayExceed: boolean;
}

/** Of the log, [from, to). */
interface ByOffset {
  readonly from: number;
  readonly to: number;
}

async function read(
  context: RequestContext,
  partition: Partition,
  { from, to }: ByOffset,
  { bytesMax, mayExceed }: ReadLimits,
): Promise<BatchViews | 'damaged' | 'removed' | 'failed'> {
  const { log } = partition;
  if (log === null) return 'failed';
  if (from >= to || (bytesMax <= 0 && !mayExceed)) return { views: [], frames: [], bytes: 0 };
  const cached = readTail(log, from, to, bytesMax, mayExceed);
  const { pool } = context.services.cell.environment;
  if (cached !== null) return unpinned(cached, pool);
  try {
    return await readDisk(log, pool, from, to, bytesMax, mayExceed);
  } catch (cause) {
    if (cause instanceof OffsetRemovedError) return 'removed';
    context.services.deps.log.error('partition.read.failed', { dir: partition.dir, offset: from }, cause);
    return cause instanceof DamagedLogError ? 'damaged' : 'failed';
  }
}

/**
 * Small views of large frames are copied: an answer that waits for its client to read would keep whole
 * frames for a few of their bytes.
 */
function unpinned(found: BatchViews, pool: FramePool): BatchViews {
  const isSmall = (at: number) =>
    (found.views[at]?.length ?? 0) * pinnedShareMin < (found.frames[at]?.buffer.length ?? 0);
  let bytes = 0;
  for (const [at, view] of found.views.entries()) if (isSmall(at)) bytes += view.length;
  if (bytes === 0) return found;
  const copy = pool.take(bytes);
  const views: Buffer[] = [];
  const frames: Frame[] = [copy];
  let filled = 0;
  let copiedFrom = 0;
  const endRun = () => {
    if (filled > copiedFrom) views.push(copy.buffer.subarray(copiedFrom, filled));
    copiedFrom = filled;
  };
  for (const [at, view] of found.views.entries()) {
    const frame = found.frames[at];
    if (isSmall(at)) {
      filled += view.copy(copy.buffer, filled);
      frame?.release();
      continue;
    }
    endRun();
    views.push(view);
    if (frame !== undefined) frames.push(frame);
  }
  endRun();
  return { views, frames, bytes: found.bytes };
}

/** A view is worth its frame if it is at least one part in so many. */
const pinnedShareMin = 4;

function topicOf(context: RequestContext, topicKey: string): Topic | null {
  const { cluster } = context.identity;
  const topics = context.apiVersion >= 13 ? cluster.topicsById : cluster.topicsByName;
  return topics.get(topicKey) ?? null;
}

/** KIP-320: what the client believes of the leader must not be older, nor newer, than what is so. −1: it believes nothing. */
export function leaderEpochError(partition: Partition, clientEpoch: number): ErrorName | null {
  if (clientEpoch === -1 || clientEpoch === partition.record.leaderEpoch) return null;
  return clientEpoch < partition.record.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
}
