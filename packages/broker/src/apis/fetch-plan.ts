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
  /** Where the consumer is; empty: it does not say. */
  readonly rackId: string;
  /** Records of transactions are wanted once these are committed, and none of them where they were aborted (KIP-98). */
  readonly isCommittedOnly: boolean;
  /** The response's way of naming a topic. */
  nameOf(topicKey: string): Pick<FetchResponse['responses'][number], 'topic' | 'topicId'>;
}

const noSession = -1;

export interface RejectedFetch {
  readonly kind: 'rejected';
  readonly error: ErrorName;
}

/**
 * KIP-227 by session id and epoch: (0, −1) no session, (id, −1) close it, (any, 0) make one,
 * (id, n) go on with the session, whose partitions the request only amends.
 */
export async function planFetch(
  context: RequestContext,
  request: FetchRequest,
): Promise<FetchPlan | RejectedFetch> {
  const wanted = await asked(context, request);
  const usesTopicIds = context.apiVersion >= 13;
  const { cluster, principal } = context.identity;
  const nameOf = (topicKey: string) =>
    usesTopicIds ? { topic: '', topicId: topicKey } : { topic: topicKey, topicId: zeroUuid };
  const isCommittedOnly = request.isolationLevel === 1;
  const plan = { kind: 'plan', nameOf, rackId: request.rackId, isCommittedOnly } as const;
  if (request.sessionEpoch > 0 || request.sessionEpoch < noSession)
    return continueSession(context, request, wanted, plan);
  if (request.sessionId !== 0) cluster.fetchSessions.remove(request.sessionId, principal);
  const { partitions, allExist } = wanted;
  const wantsSession = request.sessionEpoch === 0 && partitions.size > 0;
  // A session remembers only what is there: otherwise the client names all of it in each fetch, and is told.
  const session =
    wantsSession && allExist && partitions.size <= fetchPartitionsMax
      ? cluster.fetchSessions.create(principal, usesTopicIds, partitions)
      : null;
  if (wantsSession && allExist && session === null) cluster.reachedLimits.reached('fetchSessionBytesMax');
  return { ...plan, partitions, session, isIncremental: false, sessionId: session?.id ?? 0 };
}

function continueSession(
  context: RequestContext,
  request: FetchRequest,
  wanted: Wanted,
  plan: Pick<FetchPlan, 'kind' | 'nameOf' | 'rackId' | 'isCommittedOnly'>,
): FetchPlan | RejectedFetch {
  const usesTopicIds = context.apiVersion >= 13;
  const { cluster, principal } = context.identity;
  const { fetchSessions } = cluster;
  const session = fetchSessions.use(request.sessionId, principal);
  if (session === null) return { kind: 'rejected', error: 'FETCH_SESSION_ID_NOT_FOUND' };
  if (session.epoch !== request.sessionEpoch)
    return { kind: 'rejected', error: 'INVALID_FETCH_SESSION_EPOCH' };
  if (session.usesTopicIds !== usesTopicIds)
    return { kind: 'rejected', error: 'FETCH_SESSION_TOPIC_ID_ERROR' };
  session.epoch = session.epoch === 0x7fff_ffff ? 1 : session.epoch + 1;
  for (const topic of request.forgottenTopicsData) {
    const topicKey = usesTopicIds ? topic.topicId : topic.topic;
    for (const partition of topic.partitions) {
      fetchSessions.forget(session, partitionKey(topicKey, partition));
    }
  }
  const left = new Map<string, FetchedPartition>();
  for (const [key, partition] of wanted.partitions) {
    const known = session.partitions.get(key);
    if (known !== undefined) {
      known.fetchOffset = partition.fetchOffset;
      known.currentLeaderEpoch = partition.currentLeaderEpoch;
      known.partitionBytesMax = partition.partitionBytesMax;
    } else if (!wanted.allExist || !fetchSessions.add(session, key, partition)) {
      left.set(key, partition);
    }
  }
  if (left.size === 0) {
    return { ...plan, partitions: session.partitions, session, isIncremental: true, sessionId: session.id };
  }
  // What it cannot remember is answered for this once, and session id 0 tells the client to name everything anew.
  if (wanted.allExist) cluster.reachedLimits.reached('fetchSessionBytesMax');
  fetchSessions.remove(session.id, principal);
  const partitions = new Map([...session.partitions, ...left]);
  return { ...plan, partitions, session: null, isIncremental: true, sessionId: 0 };
}

interface Wanted {
  readonly partitions: Map<string, FetchedPartition>;
  /** Whether the cluster has every one of them. */
  readonly allExist: boolean;
}

async function asked(context: RequestContext, request: FetchRequest): Promise<Wanted> {
  const usesTopicIds = context.apiVersion >= 13;
  const { cluster } = context.identity;
  const partitions = new Map<string, FetchedPartition>();
  let allExist = true;
  for (const topic of request.topics) {
    const topicKey = usesTopicIds ? topic.topicId : topic.topic;
    const known = (usesTopicIds ? cluster.topicsById : cluster.topicsByName).get(topicKey);
    for (const part of topic.partitions) {
      const turn = context.pace.step();
      if (turn !== null) await turn;
      allExist &&= known?.has(part.partition) === true;
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
  return { partitions, allExist };
}
