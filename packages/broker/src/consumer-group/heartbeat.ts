import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import { errorCode } from '@weir/kafka-protocol/errors';
import { groupBytes } from '../group/footprint.ts';
import { storedClientId } from '../group/join-bounds.ts';
import type { Scope, Step } from '../group/step.ts';
import { advance, type Beat } from './advance.ts';
import { type ConsumerGroup, regexBytes, type Subscription, subscriptionBytes } from './consumer-group.ts';
import { leave } from './leave.ts';
import { joiningMember, type Place, presentMember } from './members.ts';
import { holdsSame, listed, type Partitions, partitionsOf } from './partitions.ts';
import type { Current } from './reconcile.ts';
import { patternDue } from './regexes.ts';
import { joinEpoch, noSuchGroup, type Refusal, requestProblem } from './request-problem.ts';

/** What the group's shard answers to a heartbeat. */
export interface HeartbeatAnswer {
  readonly response: ConsumerGroupHeartbeatResponse;
  /** The member's regular expression, if it is to be resolved anew: topics have come or gone, or time has. */
  readonly patternDue: string | null;
}

/**
 * ConsumerGroupHeartbeat of a group that lives in this shard: joins, leaves, tells what has changed, and learns what the
 * member is to have. `resolved`: the topics that the regular expression of this request stands for; null: it
 * brings none. KIP-848.
 */
export function consumerHeartbeat(
  step: Step,
  token: number,
  scope: Scope,
  request: ConsumerGroupHeartbeatRequest,
  resolved: readonly string[] | null,
): Step {
  const answer = beat(step, scope, request, resolved);
  return step.reply(token, 'error' in answer ? refused(answer) : answer);
}

function refused({ error, message }: Refusal): HeartbeatAnswer {
  return { response: refusedHeartbeat(errorCode(error), message), patternDue: null };
}

export function refusedHeartbeat(code: number, message: string | null): ConsumerGroupHeartbeatResponse {
  return {
    throttleTimeMs: 0,
    errorCode: code,
    errorMessage: message,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  };
}

function beat(
  step: Step,
  scope: Scope,
  request: ConsumerGroupHeartbeatRequest,
  resolved: readonly string[] | null,
): HeartbeatAnswer | Refusal {
  const problem = requestProblem(scope, request, step.deps.settings);
  if (problem !== null) return problem;
  const name = { clusterId: scope.clusterId, groupId: request.groupId };
  const known = step.table.find(name);
  if (step.table.shares.find(name) !== undefined) return noSuchGroup(name, request);
  const isJoin = request.memberEpoch === joinEpoch;
  // A classic group that nobody is in becomes one of the new protocol.
  const mayBecome = isJoin && (known === undefined || known.isEmpty);
  if (request.memberEpoch < joinEpoch) return leave(step, known, request);
  if (!mayBecome && (known === undefined || known.consumer === null)) return noSuchGroup(known, request);
  const place = isJoin
    ? joiningMember(step, known?.consumer ?? null, request)
    : presentMember(known?.consumer ?? null, request);
  if ('error' in place) return place;
  const subscription = subscriptionOf(scope, request, place, step.deps.settings.rebalanceTimeoutMsMax);
  const growth =
    growthOf(place, subscription) +
    regexGrowthOf(known?.consumer ?? null, subscription, resolved) +
    (known === undefined ? groupBytes(name) : 0);
  if (!step.hasRoom(scope.clusterId, growth)) return { error: 'POLICY_VIOLATION', message: noRoom };
  if (known === undefined) {
    const error = step.groupRefusal(scope.clusterId);
    if (error !== 'NONE') return { error, message: 'The cluster has as many groups as it may have.' };
  }
  const group = known ?? step.table.create(name, step.now);
  const consumer = step.table.becomeConsumer(group);
  const owned = ownedOf(request);
  const taken: Beat = { group, consumer, place, subscription, owned, resolved };
  const { current: moved, isSettled } = advance(step, taken);
  watch(step, moved, taken);
  const response = {
    throttleTimeMs: 0,
    errorCode: 0,
    memberId: place.memberId,
    memberEpoch: moved.epoch,
    heartbeatIntervalMs: intervalOf(step, moved, isSettled),
    assignment: isTold(request, place, moved) ? assignmentOf(moved) : null,
  };
  return { response, patternDue: patternDue(step, consumer, name.clusterId, subscription.regex) };
}

const noRoom = 'The groups of the cluster keep as much as they may.';

/** What the member says from now on; what it leaves out is as before. */
function subscriptionOf(
  scope: Scope,
  request: ConsumerGroupHeartbeatRequest,
  { present, replaced }: Place,
  rebalanceTimeoutMsMax: number,
): Subscription {
  const former = (present ?? replaced)?.subscription;
  const { instanceId, rackId, rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex } = request;
  return {
    instanceId: instanceId ?? former?.instanceId ?? null,
    rackId: rackId ?? former?.rackId ?? null,
    clientId: storedClientId(scope),
    clientHost: scope.clientHost,
    topicNames:
      subscribedTopicNames === null ? (former?.topicNames ?? []) : [...new Set(subscribedTopicNames)].sort(),
    regex: subscribedTopicRegex ?? former?.regex ?? null,
    rebalanceTimeoutMs:
      rebalanceTimeoutMs === -1
        ? (former?.rebalanceTimeoutMs ?? rebalanceTimeoutMsMax)
        : Math.min(rebalanceTimeoutMs, rebalanceTimeoutMsMax),
    serverAssignor: request.serverAssignor ?? former?.serverAssignor ?? null,
  };
}

function growthOf({ memberId, present, replaced }: Place, subscription: Subscription): number {
  const former = present ?? replaced;
  const bytes = subscriptionBytes(memberId, subscription);
  return bytes - (former === null ? 0 : subscriptionBytes(former.memberId, former.subscription));
}

function regexGrowthOf(
  consumer: ConsumerGroup<unknown> | null,
  { regex }: Subscription,
  resolved: readonly string[] | null,
): number {
  if (regex === null || regex === '' || resolved === null) return 0;
  return consumer === null ? regexBytes(regex, resolved) : consumer.regexGrowth(regex, resolved);
}

function ownedOf({ topicPartitions }: ConsumerGroupHeartbeatRequest): Partitions | null {
  return topicPartitions && new Map(topicPartitions.map(({ topicId, partitions }) => [topicId, partitions]));
}

/** The member was heard of; and while it has to let go of something it is given its own time for that. */
function watch(step: Step, moved: Current, { group, consumer, place, subscription }: Beat): void {
  const { deadlines } = step.table;
  const { memberId, present } = place;
  const session = consumer.session(memberId, { kind: 'consumer-session', group, memberId });
  deadlines.set(session, step.monotonicMs + step.deps.settings.consumerSessionTimeoutMs);
  const rebalance = consumer.rebalance(memberId, { kind: 'consumer-rebalance', group, memberId });
  if (moved.state !== 'unrevoked') deadlines.cancel(rebalance);
  else if (moved !== present?.current) {
    deadlines.set(rebalance, step.monotonicMs + subscription.rebalanceTimeoutMs);
  }
}

/** Who waits for something asks sooner: for an assignment that is not made yet, or for what another has not let go of. */
function intervalOf({ deps }: Step, moved: Current, isSettled: boolean): number {
  const { consumerHeartbeatIntervalMs, consumerAssignmentIntervalMs } = deps.settings;
  if (isSettled && moved.state !== 'unreleased') return consumerHeartbeatIntervalMs;
  return Math.min(consumerHeartbeatIntervalMs, consumerAssignmentIntervalMs);
}

/** Who tells everything may have lost an answer, and is told everything. */
function isTold(request: ConsumerGroupHeartbeatRequest, { present }: Place, moved: Current): boolean {
  const { memberEpoch, rebalanceTimeoutMs, subscribedTopicNames, subscribedTopicRegex, topicPartitions } =
    request;
  const tellsTopics = subscribedTopicNames !== null || subscribedTopicRegex !== null;
  if (memberEpoch === joinEpoch) return true;
  if (rebalanceTimeoutMs !== -1 && tellsTopics && topicPartitions !== null) return true;
  return present === null || !holdsSame(present.current.assigned, moved.assigned);
}

function assignmentOf({ assigned }: Current): NonNullable<ConsumerGroupHeartbeatResponse['assignment']> {
  return { topicPartitions: listed(partitionsOf(assigned)) };
}
