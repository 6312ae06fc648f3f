import { type ErrorName, errorCode, errorName } from '@weir/kafka-protocol/errors';
import { batchBaseOffset, batchBytes, batchLastOffset } from '@weir/kafka-protocol/record-batch';
import { placeKey, type SharedPlace, type ShareSession } from '../cluster/share-sessions.ts';
import type { Topic } from '../cluster/topic.ts';
import { sharePartitionBytesMax } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import type { Partition } from '../partition/partition.ts';
import type { SharePosition } from '../share-group/deliveries.ts';
import type { Acquired, OffsetRange } from '../share-group/share-partition.ts';
import { gatherOne } from './fetch-gather.ts';
import type { RequestContext } from './handler.ts';
import { ledPartition, whoOf } from './share-session.ts';

/** What a share fetch found of one partition. */
export interface SharedRead {
  readonly key: string;
  readonly place: SharedPlace;
  readonly topic: Topic | null;
  /** null: it is not read here. */
  readonly partition: Partition | null;
  readonly highWatermark: number;
  readonly error: ErrorName;
  readonly acquired: readonly Acquired[];
  readonly views: readonly Buffer[];
  readonly frames: readonly Frame[];
  readonly bytes: number;
}

export interface ShareLimits {
  readonly bytesMax: number;
  readonly mayExceed: boolean;
  readonly recordsMax: number;
  /** KIP-1206: to the record, and not to the batch. */
  readonly isExact: boolean;
}

/** Another member may be given first what was read: so often it is tried again further on. */
const triesMax = 4;

/** In these the member finds nothing for now, and asks again. */
const passingErrors: ReadonlySet<ErrorName> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'GROUP_ID_NOT_FOUND',
  'POLICY_VIOLATION',
]);

/** Reads where the group is, and gives the member what nobody else has of it. */
export async function readShared(
  context: RequestContext,
  session: ShareSession,
  place: SharedPlace,
  limits: ShareLimits,
): Promise<SharedRead> {
  const key = placeKey(place);
  const led = ledPartition(context, place);
  const nothing = { key, place, acquired: [], views: [], frames: [], bytes: 0 };
  if (typeof led === 'string') {
    const topic = context.identity.cluster.topicsById.get(place.topicId) ?? null;
    return { ...nothing, topic, partition: null, highWatermark: -1, error: led };
  }
  const { topic, partition } = led;
  const none = (error: ErrorName): SharedRead => {
    const told = passingErrors.has(error) ? 'NONE' : error;
    return { ...nothing, topic, partition, highWatermark: partition.highWatermark, error: told };
  };
  if (!partition.isOpen) {
    try {
      await partition.open();
    } catch {
      // The partition has said why.
      return none('KAFKA_STORAGE_ERROR');
    }
  }
  if (!partition.isServing) return none('NOT_LEADER_OR_FOLLOWER');
  for (let tries = 0; tries < triesMax; tries += 1) {
    const { highWatermark } = partition;
    const at = await positionOf(context, session, place, partition);
    if (at.error !== 'NONE') return none(at.error);
    if (at.offset === null || at.offset >= highWatermark) return { ...none('NONE'), highWatermark };
    const found = await gatherOne(asFetch(context), readsAll, key, wantedOf(place, at.offset), {
      bytesMax: limits.bytesMax,
      mayExceed: limits.mayExceed,
    });
    // Its log begins further on by now, which the next look at where the group is tells.
    if (found.errorCode === errorCode('OFFSET_OUT_OF_RANGE')) continue;
    if (found.errorCode !== 0) return none(errorName(found.errorCode));
    if (found.bytes === 0) return { ...none('NONE'), highWatermark };
    const acquired = await acquire(context, session, place, found.views, limits);
    if (acquired.length > 0) {
      const views = found.views.flatMap((view) => viewsWithin(view, acquired));
      const bytes = views.reduce((sum, view) => sum + view.length, 0);
      return { ...none('NONE'), highWatermark, acquired, views, bytes, frames: found.frames };
    }
    for (const frame of found.frames) frame.release();
  }
  return none('NONE');
}

/** Topics are named by id, which a fetch does from this version on. */
function asFetch(context: RequestContext): RequestContext {
  return { ...context, apiVersion: 13 };
}

const readsAll = { rackId: '', isCommittedOnly: false };

function wantedOf({ topicId, partition }: SharedPlace, fetchOffset: number) {
  return {
    ...{ topicKey: topicId, partition, fetchOffset },
    currentLeaderEpoch: -1,
    partitionBytesMax: sharePartitionBytesMax,
    highWatermark: -1,
    startOffset: -1,
  };
}

async function positionOf(
  context: RequestContext,
  session: ShareSession,
  place: SharedPlace,
  { startOffset, highWatermark }: Partition,
): Promise<SharePosition> {
  const who = whoOf(context, session);
  const log = { ...place, startOffset, highWatermark };
  const answer = await context.services.groups.run<SharePosition>(
    who.clusterId,
    who.groupId,
    (shard, now, token) => shard.sharePosition(now, token, who, log),
  );
  if (answer.ok) return answer.response;
  const error = answer.error === 'NOT_COORDINATOR' ? 'NOT_LEADER_OR_FOLLOWER' : answer.error;
  return { error, offset: null };
}

async function acquire(
  context: RequestContext,
  session: ShareSession,
  place: SharedPlace,
  views: readonly Buffer[],
  { recordsMax, isExact }: ShareLimits,
): Promise<readonly Acquired[]> {
  const who = whoOf(context, session);
  const batches: OffsetRange[] = [];
  for (const view of views) {
    for (let at = 0; at < view.length; at += batchBytes(view, at))
      batches.push({ first: batchBaseOffset(view, at), last: batchLastOffset(view, at) });
  }
  const answer = await context.services.groups.run<readonly Acquired[]>(
    who.clusterId,
    who.groupId,
    (shard, now, token) => shard.shareAcquire(now, token, who, place, { batches, recordsMax, isExact }),
  );
  return answer.ok ? answer.response : [];
}

/** The batches in which there is something that was given. */
function viewsWithin(view: Buffer, acquired: readonly Acquired[]): Buffer[] {
  const kept: Buffer[] = [];
  let from = 0;
  let next = 0;
  for (let at = 0; at < view.length; at = next) {
    next = at + batchBytes(view, at);
    const first = batchBaseOffset(view, at);
    const last = batchLastOffset(view, at);
    if (acquired.some((range) => range.first <= last && range.last >= first)) continue;
    if (at > from) kept.push(view.subarray(from, at));
    from = next;
  }
  if (from < view.length) kept.push(view.subarray(from));
  return kept;
}
