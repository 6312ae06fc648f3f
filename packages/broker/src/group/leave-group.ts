import type { LeaveGroupRequest, LeaveGroupResponse } from '@weir/kafka-protocol/apis/13-leave-group';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { ClassicGroup } from './classic-group.ts';
import { dropPendingJoin, memberError } from './join-group.ts';
import { afterRemoval, forgetMember } from './rebalance.ts';
import type { Scope, Step } from './step.ts';

interface Leaver {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** LeaveGroup: one member up to v2, from v3 on many, static ones also by name alone (an operator's removal). */
export function leaveGroup(step: Step, token: number, scope: Scope, request: LeaveGroupRequest): Step {
  if (request.groupId === '') {
    return step.reply(token, {
      errorCode: errorCode('INVALID_GROUP_ID'),
      members: [],
    } satisfies LeaveGroupResponse);
  }
  if (request.members.length > step.deps.settings.membersMax) {
    return step.reply(token, {
      errorCode: errorCode('INVALID_REQUEST'),
      members: [],
    } satisfies LeaveGroupResponse);
  }
  const single = scope.apiVersion < 3;
  const leavers: readonly Leaver[] = single
    ? [{ memberId: request.memberId, groupInstanceId: null }]
    : request.members;
  const group = step.table.find({ clusterId: scope.clusterId, groupId: request.groupId });
  const errors = leavers.map((leaver) =>
    group === undefined ? 'UNKNOWN_MEMBER_ID' : remove(step, group, leaver),
  );
  if (group !== undefined) {
    if (errors.includes('NONE')) afterRemoval(step, group);
    step.dropIfVoid(group);
  }
  const response: LeaveGroupResponse = single
    ? { errorCode: errorCode(errors[0] ?? 'UNKNOWN_MEMBER_ID') }
    : {
        errorCode: 0,
        members: leavers.map(({ memberId, groupInstanceId }, index) => ({
          memberId,
          groupInstanceId,
          errorCode: errorCode(errors[index] ?? 'UNKNOWN_MEMBER_ID'),
        })),
      };
  return step.reply(token, response);
}

function remove(step: Step, group: ClassicGroup, { memberId, groupInstanceId }: Leaver): ErrorName {
  if (memberId === '') {
    const present = groupInstanceId === null ? undefined : group.staticMembers.get(groupInstanceId);
    const member = present === undefined ? undefined : group.members.get(present);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    forgetMember(step, group, member);
    return 'NONE';
  }
  if (dropPendingJoin(step, group, memberId)) return 'NONE';
  const error = memberError(group, memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== 'NONE' || member === undefined) return error === 'NONE' ? 'UNKNOWN_MEMBER_ID' : error;
  forgetMember(step, group, member);
  return 'NONE';
}
