import {
  type LeaveGroupRequest,
  type LeaveGroupResponse,
  leaveGroupApi,
} from '@weir/kafka-protocol/apis/13-leave-group';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** LeaveGroup. v3 removes several members at once (KIP-345), v5 says why (KIP-800). */
export const leaveGroup: Handler<LeaveGroupRequest, LeaveGroupResponse> = {
  api: leaveGroupApi,
  advertised: { min: 0, max: 5 },
  handle,
};

async function handle(
  context: RequestContext,
  request: LeaveGroupRequest,
): Promise<Reply<LeaveGroupResponse>> {
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const scope = groupScope(context);
  const answer = await context.services.groups.run<LeaveGroupResponse>(
    scope.clusterId,
    request.groupId,
    (shard, now, token) => shard.leaveGroup(now, token, scope, request),
  );
  return answer.ok ? reply(answer.response) : refuse(answer.error);
}

function refuse(error: ErrorName): Reply<LeaveGroupResponse> {
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error), members: [] });
}
