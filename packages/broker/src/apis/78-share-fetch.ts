import {
  type ShareFetchRequest,
  type ShareFetchResponse,
  shareFetchApi,
} from '@weir/kafka-protocol/apis/78-share-fetch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { ShareSession } from '../cluster/share-sessions.ts';
import { fetchBytesMax, fetchRoomRetryMs, fetchWaitMsMax } from '../limits.ts';
import { shareBounds } from '../share-group/settings.ts';
import { roomFor } from './fetch-gather.ts';
import { waitForRoom } from './fetch-wait.ts';
import { chargeGroupRecords } from './group-scope.ts';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';
import { NewLeaders } from './new-leaders.ts';
import { readShared, type SharedRead } from './share-read.ts';
import { type Acknowledged, acknowledge, closeEpoch, endSession, sessionOf } from './share-session.ts';
import { ShareChanges, waitForShared } from './share-wait.ts';

/** ShareFetch (KIP-932): takes what a member says of its records, and gives it others that nobody has. */
export const shareFetch: Handler<ShareFetchRequest, ShareFetchResponse> = {
  api: shareFetchApi,
  advertised: { min: 1, max: 2 },
  names({ topics }, see) {
    topics.some(({ topicId, partitions }) =>
      partitions.some(({ partitionIndex }) => see('', topicId, partitionIndex)),
    );
  },
  handle,
};

/** KIP-1206: to the record. */
const recordLimitMode = 1;

async function handle(
  context: RequestContext,
  request: ShareFetchRequest,
): Promise<Reply<ShareFetchResponse>> {
  const session = sessionOf(context, request, true);
  if (typeof session === 'string') return refuse(session);
  const isFirst = request.shareSessionEpoch === 0;
  const isLast = request.shareSessionEpoch === closeEpoch;
  if (isFirst && request.topics.some(saysSomething)) {
    await endSession(context, session);
    return refuse('INVALID_REQUEST');
  }
  if (!isLast && !(await amend(context, session, request))) {
    await endSession(context, session);
    context.identity.cluster.reachedLimits.reached('fetchSessionBytesMax');
    return refuse('SHARE_SESSION_LIMIT_REACHED');
  }
  const said = await acknowledge(context, session, request.topics);
  if ('error' in said) return refuse(said.error);
  if (isLast) {
    const releasedBytes = await endSession(context, session);
    return answer(context, [], { ...said, bytesWritten: said.bytesWritten + releasedBytes });
  }
  // As of a fetch: what was said counts, and there are no records.
  if (context.identity.cluster.isOverdrawn('egress', context.identity, context.clientId))
    return answer(context, [], said);
  const reads = await readEnough(context, session, request, said.errors.size > 0);
  return answer(context, reads, said);
}

function saysSomething({ partitions }: ShareFetchRequest['topics'][number]): boolean {
  return partitions.some(({ acknowledgementBatches }) => acknowledgementBatches.length > 0);
}

/** The session reads from here on what the request adds, and not what it forgets. False: there is no room for it. */
async function amend(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
): Promise<boolean> {
  const { shareSessions } = context.identity.cluster;
  for (const { topicId, partitions } of request.forgottenTopicsData) {
    for (const partition of partitions) {
      shareSessions.drop(session, { topicId, partition });
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
  }
  for (const { topicId, partitions } of request.topics) {
    for (const { partitionIndex: partition } of partitions) {
      if (!shareSessions.add(session, { topicId, partition })) return false;
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
  }
  return true;
}

/** Reads, and where there is nothing, waits for something. What was said is answered without waiting. */
async function readEnough(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
  isUrgent: boolean,
): Promise<readonly SharedRead[]> {
  const { clock } = context.services.deps;
  const { answers } = context.identity.cluster.accounts;
  const deadline = clock.monotonicMs() + Math.min(request.maxWaitMs, fetchWaitMsMax);
  if (request.maxRecords <= 0 || request.maxBytes <= 0) return [];
  for (let isTimeOver = false; ; ) {
    const changes = new ShareChanges(context, session.groupId);
    try {
      const reserved = roomFor(answers, Math.min(request.maxBytes, fetchBytesMax));
      // Others' answers take all there is: as a fetch does, it waits until some have left.
      if (reserved === 0 && deadline - clock.monotonicMs() > fetchRoomRetryMs) {
        context.identity.cluster.reachedLimits.reached('answerBytesMax');
        if ((await waitForRoom(context, fetchRoomRetryMs)) === 'connection-ended') return [];
        continue;
      }
      answers.take(reserved);
      let reads: readonly SharedRead[];
      try {
        reads = await readAll(context, session, request, reserved);
      } finally {
        answers.giveBack(reserved);
      }
      const left = deadline - clock.monotonicMs();
      const isEnough = isUrgent || reads.some(({ bytes, error }) => bytes > 0 || error !== 'NONE');
      if (isEnough || isTimeOver || left <= 0 || reads.length === 0) return reads;
      const outcome = await waitForShared(context, reads, changes, left);
      if (outcome === 'connection-ended') return [];
      isTimeOver = outcome === 'timed-out';
    } finally {
      changes.end();
    }
  }
}

async function readAll(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
  bytesMax: number,
): Promise<readonly SharedRead[]> {
  const reads: SharedRead[] = [];
  let bytesLeft = bytesMax;
  let recordsLeft = request.maxRecords;
  const isExact = request.shareAcquireMode === recordLimitMode;
  try {
    for (const [key, place] of [...session.partitions]) {
      const turn = context.pace.step(2);
      if (turn !== null) await turn;
      if (bytesLeft <= 0 || recordsLeft <= 0) break;
      const limits = {
        bytesMax: bytesLeft,
        mayExceed: bytesLeft === bytesMax,
        recordsMax: recordsLeft,
        isExact,
      };
      const read = await readShared(context, session, place, limits);
      reads.push(read);
      bytesLeft -= read.bytes;
      recordsLeft -= recordsIn(read);
      if (read.bytes > 0 && session.partitions.delete(key)) session.partitions.set(key, place);
    }
  } catch (cause) {
    for (const { frames } of reads) for (const frame of frames) frame.release();
    throw cause;
  }
  return reads;
}

function recordsIn({ acquired }: SharedRead): number {
  return acquired.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

type ToldPartition = ShareFetchResponse['responses'][number]['partitions'][number];

function answer(
  context: RequestContext,
  reads: readonly SharedRead[],
  { errors, bytesWritten }: Acknowledged,
): Reply<ShareFetchResponse> {
  const { identity, services, door } = context;
  const leaders = new NewLeaders(services, door);
  const byTopic = new Map<string, ToldPartition[]>();
  const tell = (topicId: string, told: ToldPartition) => {
    const partitions = byTopic.get(topicId) ?? [];
    byTopic.set(topicId, partitions);
    partitions.push(told);
  };
  let bytes = 0;
  const read = new Set<string>();
  for (const part of reads) {
    read.add(part.key);
    const said = errors.get(part.key);
    if (part.bytes === 0 && part.error === 'NONE' && said === undefined) continue;
    bytes += part.bytes;
    tell(part.place.topicId, toldOf(part, errorCode(said ?? 'NONE'), leaders));
  }
  for (const [key, error] of errors) {
    if (read.has(key)) continue;
    const [topicId = '', partition = ''] = key.split('/');
    tell(topicId, {
      ...nothingRead,
      partitionIndex: Number(partition),
      acknowledgeErrorCode: errorCode(error),
    });
  }
  const throttleMs = Math.max(
    identity.cluster.chargeBytes('egress', identity, bytes, context.clientId),
    chargeGroupRecords(context, bytesWritten),
  );
  return {
    body: {
      throttleTimeMs: throttleMs,
      errorCode: 0,
      acquisitionLockTimeoutMs: shareBounds.lockMs,
      responses: Array.from(byTopic, ([topicId, partitions]) => ({ topicId, partitions })),
      nodeEndpoints: leaders.nodeEndpoints,
    },
    frames: reads.flatMap(({ frames }) => [...frames]),
    throttleMs,
    close: false,
    taken: () => {
      for (const part of reads)
        if (part.bytes > 0 && part.topic !== null)
          identity.meter.served(part.topic.name, part.bytes, recordsIn(part));
    },
  };
}

const nothingRead = {
  errorCode: 0,
  acknowledgeErrorCode: 0,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
  records: [],
  acquiredRecords: [],
};

function toldOf(part: SharedRead, acknowledgeErrorCode: number, leaders: NewLeaders): ToldPartition {
  const code = errorCode(part.error);
  return {
    ...nothingRead,
    partitionIndex: part.place.partition,
    errorCode: code,
    acknowledgeErrorCode,
    ...leaders.of(code, part.topic, part.place.partition),
    records: part.views,
    acquiredRecords: part.acquired.map(({ first, last, deliveryCount }) => ({
      firstOffset: first,
      lastOffset: last,
      deliveryCount,
    })),
  };
}

function refuse(error: ErrorName): Reply<ShareFetchResponse> {
  return reply({
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    acquisitionLockTimeoutMs: 0,
    responses: [],
    nodeEndpoints: [],
  });
}
