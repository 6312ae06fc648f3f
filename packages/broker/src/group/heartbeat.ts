import type { HeartbeatRequest, HeartbeatResponse } from '@weir/kafka-protocol/apis/12-heartbeat';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { memberError } from './join-group.ts';
import type { Scope, Step } from './step.ts';

/** Heartbeat: restarts the session, also during a rebalance, of which the answer tells. */
export function heartbeat(step: Step, token: number, scope: Scope, request: HeartbeatRequest): Step {
  const error = beat(step, scope, request);
  return step.reply(token, { errorCode: errorCode(error) } satisfies HeartbeatResponse);
}

function beat(step: Step, scope: Scope, request: HeartbeatRequest): ErrorName {
  if (request.groupId === '') return 'INVALID_GROUP_ID';
  const group = step.table.find({ clusterId: scope.clusterId, groupId: request.groupId });
  if (group === undefined) return 'UNKNOWN_MEMBER_ID';
  const error = memberError(group, request.memberId, request.groupInstanceId);
  if (error !== 'NONE') return error;
  if (request.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  const member = group.members.get(request.memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  step.restartSession(member);
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}
