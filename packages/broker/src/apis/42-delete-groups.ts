import {
  type DeleteGroupsRequest,
  type DeleteGroupsResponse,
  deleteGroupsApi,
} from '@weir/kafka-protocol/apis/42-delete-groups';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { Slices } from '../coordinator/slices.ts';
import { requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import { chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** DeleteGroups (KIP-229): groups without members go, with their offsets. */
export const deleteGroups: Handler<DeleteGroupsRequest, DeleteGroupsResponse> = {
  api: deleteGroupsApi,
  advertised: { min: 0, max: 2 },
  handle,
};

/** Each group once, one after the other: how many there can be is bounded by those that the cluster has. */
async function handle(
  context: RequestContext,
  request: DeleteGroupsRequest,
): Promise<Reply<DeleteGroupsResponse>> {
  const slices = new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const results: { readonly groupId: string; readonly errorCode: number }[] = [];
  let bytesWritten = 0;
  for (const groupId of new Set(request.groupsNames)) {
    if (slices.isOver()) await slices.giveWay();
    const deleted = await deleteGroup(context, groupId, slices);
    bytesWritten += deleted.bytesWritten;
    results.push({ groupId, errorCode: deleted.errorCode });
  }
  const throttleTimeMs = chargeGroupRecords(context, bytesWritten);
  return reply({ throttleTimeMs, results }, throttleTimeMs);
}

interface Deleted {
  readonly errorCode: number;
  readonly bytesWritten: number;
}

async function deleteGroup(context: RequestContext, groupId: string, slices: Slices): Promise<Deleted> {
  const refuse = (error: ErrorName): Deleted => ({ errorCode: errorCode(error), bytesWritten: 0 });
  if (!isAllowed(context, 'DELETE', 'GROUP', groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const scope = groupScope(context);
  const { groups } = context.services;
  let bytesWritten = 0;
  for (;;) {
    const answer = await groups.run<{ readonly errorCode: number; readonly isMore: boolean }>(
      scope.clusterId,
      groupId,
      (shard, now, token) => shard.deleteGroup(now, token, scope, groupId),
    );
    if (!answer.ok) return { ...refuse(answer.error), bytesWritten };
    bytesWritten += answer.bytesWritten;
    if (!answer.response.isMore) return { errorCode: answer.response.errorCode, bytesWritten };
    await slices.giveWay();
  }
}
