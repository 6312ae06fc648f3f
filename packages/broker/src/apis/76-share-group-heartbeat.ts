import {
  type ShareGroupHeartbeatRequest,
  type ShareGroupHeartbeatResponse,
  shareGroupHeartbeatApi,
} from '@weir/kafka-protocol/apis/76-share-group-heartbeat';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { refusedShareHeartbeat } from '../share-group/heartbeat.ts';
import { chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** ShareGroupHeartbeat (KIP-932): a member of a share group joins, goes on and leaves. */
export const shareGroupHeartbeat: Handler<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse> = {
  api: shareGroupHeartbeatApi,
  advertised: { min: 1, max: 1 },
  handle,
};

async function handle(
  context: RequestContext,
  request: ShareGroupHeartbeatRequest,
): Promise<Reply<ShareGroupHeartbeatResponse>> {
  const refuse = (error: ErrorName) => reply(refusedShareHeartbeat(errorCode(error), null));
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  for (const topic of request.subscribedTopicNames ?? []) {
    if (!isAllowed(context, 'DESCRIBE', 'TOPIC', topic)) return refuse('TOPIC_AUTHORIZATION_FAILED');
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  const scope = groupScope(context);
  const answer = await context.services.groups.run<ShareGroupHeartbeatResponse>(
    scope.clusterId,
    request.groupId,
    (shard, now, token) => shard.shareHeartbeat(now, token, scope, request),
  );
  if (!answer.ok) return refuse(answer.error);
  const throttleTimeMs = chargeGroupRecords(context, answer.bytesWritten);
  return reply({ ...answer.response, throttleTimeMs }, throttleTimeMs);
}
