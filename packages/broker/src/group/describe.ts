import type {
  DescribeGroupsRequest,
  DescribeGroupsResponse,
} from '@weir/kafka-protocol/apis/15-describe-groups';
import type { ListGroupsRequest, ListGroupsResponse } from '@weir/kafka-protocol/apis/16-list-groups';
import { errorCode } from '@weir/kafka-protocol/errors';
import { type ClassicGroup, metadataFor } from './classic-group.ts';
import type { Scope, Step } from './step.ts';

const emptyBytes = Buffer.alloc(0);

/** DescribeGroups of groups that live in this shard. What is not there, or of the new protocol, is Dead; from v6 on an error says so. */
export function describeGroups(
  step: Step,
  token: number,
  scope: Scope,
  request: DescribeGroupsRequest,
): Step {
  const groups = request.groups.map((groupId) => {
    const group = step.table.find({ clusterId: scope.clusterId, groupId });
    if (group !== undefined && group.consumer === null) return described(group);
    const isError = scope.apiVersion >= 6;
    const what = group === undefined ? 'not found' : 'is not a classic group';
    return {
      errorCode: errorCode(isError ? 'GROUP_ID_NOT_FOUND' : 'NONE'),
      errorMessage: isError ? `Group ${groupId} ${what}.` : null,
      groupId,
      groupState: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
    };
  });
  return step.reply(token, { groups } satisfies DescribeGroupsResponse);
}

/** Subscriptions and assignments are told only while they hold. */
function described(group: ClassicGroup) {
  const isStable = group.state === 'Stable';
  return {
    errorCode: 0,
    groupId: group.name.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? metadataFor(member, group.protocolName) : emptyBytes,
      memberAssignment: isStable ? member.assignment : emptyBytes,
    })),
  };
}

/** ListGroups: the cluster's groups in this shard; the answers of all shards together are the cluster's. */
export function listGroups(step: Step, token: number, scope: Scope, request: ListGroupsRequest): Step {
  const states = new Set(request.statesFilter.map((state) => state.toLowerCase()));
  const types = new Set(request.typesFilter.map((type) => type.toLowerCase()));
  const isAsked = (group: ClassicGroup) =>
    (states.size === 0 || states.has(stateOf(group).toLowerCase())) &&
    (types.size === 0 || types.has(typeOf(group)));
  const groups = [...step.table.of(scope.clusterId)].filter(isAsked).map((group) => ({
    groupId: group.name.groupId,
    protocolType: group.consumer === null ? (group.protocolType ?? '') : 'consumer',
    groupState: stateOf(group),
    groupType: typeOf(group),
  }));
  const isType = types.size === 0 || types.has('share');
  for (const { name, members } of isType ? step.table.shares.of(scope.clusterId) : []) {
    const groupState = members.size === 0 ? 'Empty' : 'Stable';
    if (states.size > 0 && !states.has(groupState.toLowerCase())) continue;
    groups.push({ groupId: name.groupId, protocolType: 'share', groupState, groupType: 'share' });
  }
  return step.reply(token, { errorCode: 0, groups } satisfies ListGroupsResponse);
}

function stateOf(group: ClassicGroup): string {
  return group.consumer?.state ?? group.state;
}

function typeOf(group: ClassicGroup): string {
  return group.consumer === null ? 'classic' : 'consumer';
}
