import {
  type HeartbeatRequest,
  type HeartbeatResponse,
  heartbeatApi,
} from '@weir/kafka-protocol/apis/12-heartbeat';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** Heartbeat. v3 knows static members (KIP-345). */
export const heartbeat: Handler<HeartbeatRequest, HeartbeatResponse> = {
  api: heartbeatApi,
  advertised: { min: 0, max: 4 },
  handle,
};

async function handle(context: RequestContext, request: HeartbeatRequest): Promise<Reply<HeartbeatResponse>> {
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const scope = groupScope(context);
  const answer = await context.services.groups.run<HeartbeatResponse>(
    scope.clusterId,
    request.groupId,
    (shard, now, token) => shard.heartbeat(now, token, scope, request),
  );
  return answer.ok ? reply(answer.response) : refuse(answer.error);
}

function refuse(error: ErrorName): Reply<HeartbeatResponse> {
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error) });
}
