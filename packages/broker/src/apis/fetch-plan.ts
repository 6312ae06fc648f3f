import type { FetchRequest, FetchResponse } from '@weir/kafka-protocol/apis/01-fetch';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { type FetchedPartition, type FetchSession, partitionKey } from '../cluster/fetch-sessions.ts';
import { fetchPartitionsMax } from '../limits.ts';
import type { RequestContext } from './handler.ts';

/** Which partitions a fetch is about, and what its session, if any, remembers of them. */
export interface FetchPlan {
  readonly kind: 'plan';
  /** In the order in which they are served. */
  readonly partitions: ReadonlyMap<string, FetchedPartition>;
  readonly session: FetchSession | null;
  /** Whether the client knows what the session told it before. */
  readonly isIncremental: boolean;
  readonly sessionId: number;
  /** The response's way of naming a topic. */
  nameOf(topicKey: string): Pick<FetchResponse['responses'][number], 'topic' | 'topicId'>;
}

export interface RejectedFetch {
  readonly kind: 'rejected';
  readonly error: ErrorName;
}

/**
 * KIP-227 by session id and epoch: (0, −1) no session, (id, −1) close it, (any, 0) make one,
 * (id, n) go on with the session, whose partitions the request only amends.
 */
export function planFetch(context: RequestContext, request: FetchRequest): FetchPlan | RejectedFetch {
  const usesTopicIds = context.apiVersion >= 13;
  const { cluster, principal } = context.identity;
  const nameOf = (topicKey: string) =>
    usesTopicIds ? { topic: '', topicId: topicKey } : { topic: topicKey, topicId: zeroUuid };
  const plan = { kind: 'plan', nameOf } as const;
  if (request.sessionEpoch === -1) {
    if (request.sessionId !== 0) cluster.fetchSessions.remove(request.sessionId, principal);
    const partitions = asked(request, usesTopicIds);
    return { ...plan, partitions, session: null, isIncremental: false, sessionId: 0 };
  }
  if (request.sessionEpoch === 0) {
    if (request.sessionId !== 0) cluster.fetchSessions.remove(request.sessionId, principal);
    const partitions = asked(request, usesTopicIds);
    if (partitions.size === 0 || partitions.size > fetchPartitionsMax) {
      return { ...plan, partitions, session: null, isIncremental: false, sessionId: 0 };
    }
    const session = cluster.fetchSessions.create(principal, usesTopicIds, partitions);
    return { ...plan, partitions, session, isIncremental: false, sessionId: session.id };
  }
  return continueSession(context, request, usesTopicIds, plan);
}

function continueSession(
  context: RequestContext,
  request: FetchRequest,
  usesTopicIds: boolean,
  plan: Pick<FetchPlan, 'kind' | 'nameOf'>,
): FetchPlan | RejectedFetch {
  const { cluster, principal } = context.identity;
  const session = cluster.fetchSessions.use(request.sessionId, principal);
  if (session === null) return { kind: 'rejected', error: 'FETCH_SESSION_ID_NOT_FOUND' };
  if (session.epoch !== request.sessionEpoch)
    return { kind: 'rejected', error: 'INVALID_FETCH_SESSION_EPOCH' };
  if (session.usesTopicIds !== usesTopicIds)
    return { kind: 'rejected', error: 'FETCH_SESSION_TOPIC_ID_ERROR' };
  session.epoch = session.epoch === 0x7fff_ffff ? 1 : session.epoch + 1;
  for (const topic of request.forgottenTopicsData) {
    const topicKey = usesTopicIds ? topic.topicId : topic.topic;
    for (const partition of topic.partitions) session.partitions.delete(partitionKey(topicKey, partition));
  }
  for (const [key, wanted] of asked(request, usesTopicIds)) {
    const known = session.partitions.get(key);
    if (known === undefined) {
      if (session.partitions.size < fetchPartitionsMax) session.partitions.set(key, wanted);
      continue;
    }
    known.fetchOffset = wanted.fetchOffset;
    known.currentLeaderEpoch = wanted.currentLeaderEpoch;
    known.partitionBytesMax = wanted.partitionBytesMax;
  }
  return { ...plan, partitions: session.partitions, session, isIncremental: true, sessionId: session.id };
}

function asked(request: FetchRequest, usesTopicIds: boolean): Map<string, FetchedPartition> {
  const partitions = new Map<string, FetchedPartition>();
  for (const topic of request.topics) {
    const topicKey = usesTopicIds ? topic.topicId : topic.topic;
    for (const part of topic.partitions) {
      partitions.set(partitionKey(topicKey, part.partition), {
        topicKey,
        partition: part.partition,
        fetchOffset: part.fetchOffset,
        currentLeaderEpoch: part.currentLeaderEpoch,
        partitionBytesMax: part.partitionMaxBytes,
        highWatermark: -1,
        startOffset: -1,
      });
    }
  }
  return partitions;
}
