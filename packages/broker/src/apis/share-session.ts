import type { ErrorName } from '@weir/kafka-protocol/errors';
import { placeKey, type SharedPlace, type ShareSession } from '../cluster/share-sessions.ts';
import type { Topic } from '../cluster/topic.ts';
import type { Partition } from '../partition/partition.ts';
import type { ShareWho } from '../share-group/deliveries.ts';
import type { Acknowledgement } from '../share-group/share-partition.ts';
import { isAllowed, type RequestContext } from './handler.ts';

/** What one event changes: each may have thousands of records in flight, one by one. */
const partitionsAtOnce = 16;
const openEpoch = 0;
export const closeEpoch = -1;

/** A request's claim to a share session. */
export interface SessionClaim {
  readonly groupId: string | null;
  readonly memberId: string | null;
  readonly shareSessionEpoch: number;
}

/**
 * The session that a request goes on with, or opens, where it may: epoch 0 opens one in place of the member's former,
 * −1 closes it, and each other is one more than that before, so that nothing is taken twice.
 */
export function sessionOf(
  context: RequestContext,
  { groupId, memberId, shareSessionEpoch }: SessionClaim,
  mayOpen: boolean,
): ShareSession | ErrorName {
  const { cluster, principal } = context.identity;
  const sessions = cluster.shareSessions;
  if (groupId === null || groupId === '' || memberId === null || memberId === '') return 'INVALID_REQUEST';
  if (!isAllowed(context, 'READ', 'GROUP', groupId)) return 'GROUP_AUTHORIZATION_FAILED';
  const known = sessions.find(groupId, memberId, principal);
  if (shareSessionEpoch === openEpoch && !mayOpen) return 'INVALID_SHARE_SESSION_EPOCH';
  if (shareSessionEpoch === openEpoch) {
    if (known === null && sessions.has(groupId, memberId)) return 'SHARE_SESSION_LIMIT_REACHED';
    if (known !== null) sessions.remove(known);
    const session = sessions.create(groupId, memberId, principal);
    if (session === null) {
      cluster.reachedLimits.reached('fetchSessionBytesMax');
      return 'SHARE_SESSION_LIMIT_REACHED';
    }
    // Without the request, whose bytes go back with its answer.
    const { services, identity } = context;
    session.forget = context.onConnectionEnd(() => {
      endSession({ services, identity }, session).catch((cause: unknown) =>
        services.deps.log.error('share-session.release.failed', { clusterId: cluster.id }, cause),
      );
    });
    return session;
  }
  if (known === null) return 'SHARE_SESSION_NOT_FOUND';
  if (shareSessionEpoch === closeEpoch) return known;
  if (known.epoch !== shareSessionEpoch) return 'INVALID_SHARE_SESSION_EPOCH';
  sessions.next(known);
  return known;
}

type Served = Pick<RequestContext, 'services' | 'identity'>;

/** Lets others have what the member has; returns the bytes that this took of the group's log. */
export async function endSession(context: Served, session: ShareSession): Promise<number> {
  const { cluster } = context.identity;
  const places = [...session.partitions.values()];
  cluster.shareSessions.remove(session);
  const who = whoOf(context, session);
  let bytesWritten = 0;
  for (let from = 0; from < places.length; from += partitionsAtOnce) {
    const some = places.slice(from, from + partitionsAtOnce);
    const answer = await context.services.groups.run<null>(who.clusterId, who.groupId, (shard, now, token) =>
      shard.shareRelease(now, token, who, some),
    );
    // Where it does not reach the coordinator, the locks end by themselves.
    if (answer.ok) bytesWritten += answer.bytesWritten;
    if (from + partitionsAtOnce < places.length)
      await context.services.scheduler.nextTurn(context.identity.cluster.flow);
  }
  return bytesWritten;
}

export function whoOf(context: Served, { groupId, memberId }: ShareSession): ShareWho {
  return { clusterId: context.identity.cluster.id, groupId, memberId };
}

export interface LedPartition {
  readonly topic: Topic;
  readonly partition: Partition;
}

/** The partition, if the member may read it and this broker leads it. */
export function ledPartition(
  context: RequestContext,
  { topicId, partition: index }: SharedPlace,
): LedPartition | ErrorName {
  const topic = context.identity.cluster.topicsById.get(topicId);
  if (topic === undefined) return 'UNKNOWN_TOPIC_ID';
  if (!isAllowed(context, 'READ', 'TOPIC', topic.name)) return 'TOPIC_AUTHORIZATION_FAILED';
  if (!topic.has(index)) return 'UNKNOWN_TOPIC_OR_PARTITION';
  const partition = topic.hosted.get(index);
  return partition?.isLeader === true ? { topic, partition } : 'NOT_LEADER_OR_FOLLOWER';
}

/** What a request says of records, partition by partition. */
export interface SaidTopic {
  readonly topicId: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly acknowledgementBatches: readonly {
      readonly firstOffset: number;
      readonly lastOffset: number;
      readonly acknowledgeTypes: readonly number[];
    }[];
  }[];
}

export interface Acknowledged {
  /** By partition, of those of which something was said. */
  readonly errors: ReadonlyMap<string, ErrorName>;
  readonly bytesWritten: number;
}

/** Takes what the member says, once it is durable. */
export async function acknowledge(
  context: RequestContext,
  session: ShareSession,
  topics: readonly SaidTopic[],
): Promise<Acknowledged | { readonly error: ErrorName }> {
  const errors = new Map<string, ErrorName>();
  const named = new Set<string>();
  const said: (SharedPlace & { readonly acknowledgements: readonly Acknowledgement[] })[] = [];
  for (const { topicId, partitions } of topics) {
    for (const { partitionIndex: partition, acknowledgementBatches } of partitions) {
      const turn = context.pace.step(1 + acknowledgementBatches.length);
      if (turn !== null) await turn;
      if (acknowledgementBatches.length === 0) continue;
      const place = { topicId, partition };
      // What a partition's state takes in the log is written once for each request.
      if (named.has(placeKey(place))) return { error: 'INVALID_REQUEST' };
      named.add(placeKey(place));
      const led = ledPartition(context, place);
      if (typeof led === 'string') errors.set(placeKey(place), led);
      else said.push({ ...place, acknowledgements: acknowledgementBatches.map(acknowledgementOf) });
    }
  }
  const who = whoOf(context, session);
  let bytesWritten = 0;
  for (let from = 0; from < said.length; from += partitionsAtOnce) {
    const some = said.slice(from, from + partitionsAtOnce);
    const answer = await context.services.groups.run<readonly ErrorName[]>(
      who.clusterId,
      who.groupId,
      (shard, now, token) => shard.shareAcknowledge(now, token, who, some),
    );
    for (const [index, place] of some.entries())
      errors.set(placeKey(place), answer.ok ? (answer.response[index] ?? 'NONE') : answer.error);
    if (answer.ok) bytesWritten += answer.bytesWritten;
    if (from + partitionsAtOnce < said.length)
      await context.services.scheduler.nextTurn(context.identity.cluster.flow);
  }
  return { errors, bytesWritten };
}

function acknowledgementOf(batch: SaidTopic['partitions'][number]['acknowledgementBatches'][number]) {
  return { first: batch.firstOffset, last: batch.lastOffset, types: batch.acknowledgeTypes };
}
