import {
  type SyncGroupRequest,
  type SyncGroupResponse,
  syncGroupApi,
} from '@weir/kafka-protocol/apis/14-sync-group';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** SyncGroup. v3 knows static members (KIP-345), v5 names the protocol (KIP-559). */
export const syncGroup: Handler<SyncGroupRequest, SyncGroupResponse> = {
  api: syncGroupApi,
  advertised: { min: 0, max: 5 },
  handle,
};

async function handle(context: RequestContext, request: SyncGroupRequest): Promise<Reply<SyncGroupResponse>> {
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const scope = groupScope(context);
  const answer = await context.services.groups.run<SyncGroupResponse>(
    scope.clusterId,
    request.groupId,
    (shard, now, token) => shard.syncGroup(now, token, scope, request),
  );
  return answer.ok ? reply(answer.response) : refuse(answer.error);
}

function refuse(error: ErrorName): Reply<SyncGroupResponse> {
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error), assignment: Buffer.alloc(0) });
}
