import type {
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from '@weir/kafka-protocol/apis/76-share-group-heartbeat';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { groupBytes } from '../group/footprint.ts';
import { storedClientId } from '../group/join-bounds.ts';
import { isStorableName, isStorableText } from '../group/records.ts';
import type { Scope, Step } from '../group/step.ts';
import { assignShared, type SharedPartitions, type SharedTopic } from './assign.ts';
import type { ShareSubscription } from './records.ts';
import { shareSettings } from './settings.ts';
import { type ShareGroup, type ShareMember, shareMemberBytes } from './share-group.ts';

const leaveEpoch = -1;
const joinEpoch = 0;

interface Refusal {
  readonly error: ErrorName;
  readonly message: string;
}

/**
 * ShareGroupHeartbeat of a group that lives in this shard: joins, leaves, and learns what the member may fetch. Nothing of
 * that is the member's alone, so that it has what is assigned to it at once, and an older epoch is no harm.
 */
export function shareHeartbeat(
  step: Step,
  token: number,
  scope: Scope,
  request: ShareGroupHeartbeatRequest,
): Step {
  const answer = beat(step, scope, request);
  return step.reply(
    token,
    'error' in answer ? refusedShareHeartbeat(errorCode(answer.error), answer.message) : answer,
  );
}

export function refusedShareHeartbeat(code: number, message: string | null): ShareGroupHeartbeatResponse {
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
  request: ShareGroupHeartbeatRequest,
): ShareGroupHeartbeatResponse | Refusal {
  const problem = shareRequestProblem(scope, request, step.deps.settings.memberMetadataBytesMax);
  if (problem !== null) return problem;
  const { groupId, memberId, memberEpoch } = request;
  const name = { clusterId: scope.clusterId, groupId };
  const known = step.table.shares.find(name);
  if (step.table.find(name) !== undefined || (known === undefined && memberEpoch !== joinEpoch)) {
    const what =
      known === undefined && step.table.find(name) === undefined ? 'not found' : 'is not a share group';
    return { error: 'GROUP_ID_NOT_FOUND', message: `Group ${groupId} ${what}.` };
  }
  const present = known?.members.get(memberId);
  if (known !== undefined && memberEpoch !== joinEpoch) {
    if (present === undefined)
      return {
        error: 'UNKNOWN_MEMBER_ID',
        message: `Member ${memberId} is not a member of group ${groupId}.`,
      };
    if (memberEpoch === leaveEpoch) {
      removeShareMember(step, known, present);
      return { throttleTimeMs: 0, errorCode: 0, memberId, memberEpoch, heartbeatIntervalMs: 0 };
    }
    if (memberEpoch > known.epoch) {
      const message = `The share group member has a greater member epoch (${memberEpoch}) than the one known by the group coordinator (${known.epoch}).`;
      return { error: 'FENCED_MEMBER_EPOCH', message };
    }
  }
  const subscription = subscriptionOf(scope, request, present);
  const refusal = boundsProblem(step, name, known, present, { memberId, subscription });
  if (refusal !== null) return refusal;
  const group = known ?? step.table.shares.create(name, step.now);
  const member = join(step, group, present, { memberId, subscription });
  step.table.shares.deadlines.set(member.session, step.monotonicMs + shareSettings.sessionTimeoutMs);
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    memberId,
    memberEpoch: group.epoch,
    heartbeatIntervalMs: shareSettings.heartbeatIntervalMs,
    assignment:
      memberEpoch === group.epoch ? null : { topicPartitions: listed(assignmentOf(step, group, memberId)) },
  };
}

/** Takes over what the member says; a change raises the group's epoch, as does one of the topics. */
function join(
  step: Step,
  group: ShareGroup,
  present: ShareMember | undefined,
  { memberId, subscription }: Pick<ShareMember, 'memberId' | 'subscription'>,
): ShareMember {
  const { encoder } = step.table.shares;
  const isSame = present !== undefined && isSameSubscription(present.subscription, subscription);
  const member = isSame ? present : group.setMember(memberId, subscription);
  if (!isSame) step.records.push(encoder.member(group.name, memberId, subscription));
  const version = step.deps.topicsVersion(group.name.clusterId);
  if (!isSame || version !== group.topicsVersion) raiseEpoch(step, group);
  group.topicsVersion = version;
  return member;
}

function raiseEpoch(step: Step, group: ShareGroup): void {
  group.epoch += 1;
  step.records.push(step.table.shares.encoder.epoch(group.name, group.epoch));
}

/** The member is out; what it has is others' once its locks end. */
export function removeShareMember(step: Step, group: ShareGroup, { memberId, session }: ShareMember): void {
  group.removeMember(memberId);
  step.table.shares.deadlines.cancel(session);
  step.records.push(step.table.shares.encoder.member(group.name, memberId, null));
  raiseEpoch(step, group);
  group.stateTimestamp = step.now;
}

/** What the member is to fetch. */
export function assignmentOf(step: Step, group: ShareGroup, memberId: string): SharedPartitions {
  const member = group.members.get(memberId);
  const topics: SharedTopic[] = [];
  for (const name of member?.subscription.subscribedTopicNames ?? []) {
    const topic = step.deps.topicOf(group.name.clusterId, name);
    if (topic === null) continue;
    const memberIds: string[] = [];
    for (const other of group.members.values()) {
      if (other.subscription.subscribedTopicNames.includes(name)) memberIds.push(other.memberId);
    }
    topics.push({ ...topic, memberIds });
  }
  return assignShared(memberId, topics);
}

function listed(partitions: SharedPartitions) {
  return Array.from(partitions, ([topicId, numbers]) => ({ topicId, partitions: numbers }));
}

function subscriptionOf(
  scope: Scope,
  { rackId, subscribedTopicNames }: ShareGroupHeartbeatRequest,
  present: ShareMember | undefined,
): ShareSubscription {
  const former = present?.subscription;
  return {
    rackId: rackId ?? former?.rackId ?? null,
    clientId: storedClientId(scope),
    clientHost: scope.clientHost,
    subscribedTopicNames:
      subscribedTopicNames === null
        ? (former?.subscribedTopicNames ?? [])
        : [...new Set(subscribedTopicNames)].sort(),
  };
}

function isSameSubscription(one: ShareSubscription, other: ShareSubscription): boolean {
  return (
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.subscribedTopicNames.length === other.subscribedTopicNames.length &&
    one.subscribedTopicNames.every((name, index) => name === other.subscribedTopicNames[index])
  );
}

/** Why no group takes such a heartbeat; null when one may. With Kafka's words where it has some. */
export function shareRequestProblem(
  { clusterId }: Pick<Scope, 'clusterId'>,
  request: ShareGroupHeartbeatRequest,
  subscriptionUnitsMax: number,
): Refusal | null {
  const { groupId, memberId, memberEpoch, rackId, subscribedTopicNames } = request;
  const invalid = (message: string): Refusal => ({ error: 'INVALID_REQUEST', message });
  if (groupId.trim() === '') return invalid("GroupId can't be empty.");
  if (memberId.trim() === '') return invalid("MemberId can't be empty.");
  if (rackId?.trim() === '') return invalid("RackId can't be empty.");
  if (memberEpoch < leaveEpoch) return invalid('MemberEpoch is invalid.');
  if (memberEpoch === joinEpoch && (subscribedTopicNames ?? []).length === 0)
    return invalid('SubscribedTopicNames must be set in first request.');
  if (!isStorableName({ clusterId, groupId }))
    return { error: 'INVALID_GROUP_ID', message: 'The group id is too long.' };
  if (![memberId, rackId ?? ''].every((text) => isStorableText(text)))
    return invalid('A member id or rack id is too long.');
  let units = 0;
  for (const name of subscribedTopicNames ?? []) units += name.length;
  return units > subscriptionUnitsMax
    ? { error: 'POLICY_VIOLATION', message: 'The subscription is too large.' }
    : null;
}

/** Before anything is kept for the member. */
function boundsProblem(
  step: Step,
  name: ShareGroup['name'],
  group: ShareGroup | undefined,
  present: ShareMember | undefined,
  { memberId, subscription }: Pick<ShareMember, 'memberId' | 'subscription'>,
): Refusal | null {
  if (present === undefined && (group?.members.size ?? 0) >= shareSettings.membersMax) {
    const message = `The share group has reached its maximum capacity of ${shareSettings.membersMax} members.`;
    return { error: 'GROUP_MAX_SIZE_REACHED', message };
  }
  const formerBytes = present === undefined ? 0 : shareMemberBytes(memberId, present.subscription);
  const growth =
    shareMemberBytes(memberId, subscription) - formerBytes + (group === undefined ? groupBytes(name) : 0);
  if (!step.hasRoom(name.clusterId, growth))
    return { error: 'POLICY_VIOLATION', message: 'The groups of the cluster keep as much as they may.' };
  if (group !== undefined) return null;
  const error = step.groupRefusal(name.clusterId);
  return error === 'NONE' ? null : { error, message: 'The cluster has as many groups as it may have.' };
}
