import type { ConsumerGroupHeartbeatRequest } from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import { isStorableName, isStorableText } from '../group/records.ts';
import type { GroupSettings } from '../group/settings.ts';
import type { Scope } from '../group/step.ts';
import { assignorNames, isAssignor } from './assignors.ts';
import { awayEpoch } from './consumer-group.ts';

export interface Refusal {
  readonly error: ErrorName;
  readonly message: string;
}

export function noSuchGroup(known: unknown, { groupId }: ConsumerGroupHeartbeatRequest): Refusal {
  const what = known === undefined ? 'not found' : 'is not a consumer group';
  return { error: 'GROUP_ID_NOT_FOUND', message: `Group ${groupId} ${what}.` };
}

export const leaveEpoch = -1;
export const joinEpoch = 0;

/** Why no group takes such a heartbeat; null when one may. In Kafka's order, and with its words. */
export function requestProblem(
  scope: Scope,
  request: ConsumerGroupHeartbeatRequest,
  settings: GroupSettings,
): Refusal | null {
  const { groupId, memberId, memberEpoch, instanceId, rackId, serverAssignor } = request;
  const invalid = (message: string): Refusal => ({ error: 'INVALID_REQUEST', message });
  const choosesOwnId = scope.apiVersion >= 1 || memberEpoch > joinEpoch || memberEpoch === leaveEpoch;
  if (choosesOwnId && memberId.trim() === '') return invalid("MemberId can't be empty.");
  if (groupId.trim() === '') return invalid("GroupId can't be empty.");
  if (instanceId?.trim() === '') return invalid("InstanceId can't be empty.");
  if (rackId?.trim() === '') return invalid("RackId can't be empty.");
  const epochProblem = problemOfEpoch(request);
  if (epochProblem !== null) return invalid(epochProblem);
  if (serverAssignor !== null && !isAssignor(serverAssignor)) {
    const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignorNames.join(', ')}.`;
    return { error: 'UNSUPPORTED_ASSIGNOR', message };
  }
  return boundsProblem(scope, request, settings);
}

function problemOfEpoch(request: ConsumerGroupHeartbeatRequest): string | null {
  const { memberEpoch, rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } =
    request;
  if (memberEpoch > joinEpoch || memberEpoch === leaveEpoch) return null;
  if (memberEpoch === awayEpoch) return request.instanceId === null ? "InstanceId can't be null." : null;
  if (memberEpoch < awayEpoch) return 'MemberEpoch is invalid.';
  if (rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.';
  if (topicPartitions === null || topicPartitions.length > 0) {
    return 'TopicPartitions must be empty when (re-)joining.';
  }
  return subscribedTopicNames === null && subscribedTopicRegex === null
    ? 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.'
    : null;
}

/** What we keep of a member has a size, which Kafka does not bound. */
function boundsProblem(
  { clusterId }: Scope,
  request: ConsumerGroupHeartbeatRequest,
  settings: GroupSettings,
): Refusal | null {
  const { groupId, memberId, instanceId, rackId, subscribedTopicNames, subscribedTopicRegex } = request;
  if (!isStorableName({ clusterId, groupId })) {
    return { error: 'INVALID_GROUP_ID', message: 'The group id is too long.' };
  }
  if (![memberId, instanceId ?? '', rackId ?? ''].every((text) => isStorableText(text))) {
    return { error: 'INVALID_REQUEST', message: 'A member id, instance id or rack id is too long.' };
  }
  if ((subscribedTopicRegex?.length ?? 0) > settings.regexUnitsMax) {
    const message = `A regular expression has at most ${settings.regexUnitsMax} characters.`;
    return { error: 'INVALID_REGULAR_EXPRESSION', message };
  }
  let units = 0;
  for (const name of subscribedTopicNames ?? []) units += name.length;
  return units > settings.memberMetadataBytesMax
    ? { error: 'POLICY_VIOLATION', message: 'The subscription is too large.' }
    : null;
}
