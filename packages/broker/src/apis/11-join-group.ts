import {
  type JoinGroupRequest,
  type JoinGroupResponse,
  joinGroupApi,
} from '@weir/kafka-protocol/apis/11-join-group';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** JoinGroup. v4 hands out the member id first (KIP-394), v5 knows static members (KIP-345), v9 lets the leader skip the assignment (KIP-814). */
export const joinGroup: Handler<JoinGroupRequest, JoinGroupResponse> = {
  api: joinGroupApi,
  advertised: { min: 0, max: 9 },
  handle,
};

async function handle(context: RequestContext, request: JoinGroupRequest): Promise<Reply<JoinGroupResponse>> {
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const scope = groupScope(context);
  const answer = await context.services.groups.run<JoinGroupResponse>(
    scope.clusterId,
    request.groupId,
    (shard, now, token) => shard.joinGroup(now, token, scope, request),
  );
  return answer.ok ? reply(answer.response) : refuse(answer.error);
}

function refuse(error: ErrorName): Reply<JoinGroupResponse> {
  return reply({
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    protocolName: '',
    leader: '',
    memberId: '',
    members: [],
  });
}
