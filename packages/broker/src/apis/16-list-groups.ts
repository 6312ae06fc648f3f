import {
  type ListGroupsRequest,
  type ListGroupsResponse,
  listGroupsApi,
} from '@weir/kafka-protocol/apis/16-list-groups';
import { errorCode } from '@weir/kafka-protocol/errors';
import { groupScope } from './group-scope.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/** ListGroups: the groups that this broker coordinates; those of all brokers together are the cluster's. */
export const listGroups: Handler<ListGroupsRequest, ListGroupsResponse> = {
  api: listGroupsApi,
  advertised: { min: 0, max: 5 },
  handle,
};

async function handle(
  context: RequestContext,
  request: ListGroupsRequest,
): Promise<Reply<ListGroupsResponse>> {
  const scope = groupScope(context);
  const answers = await context.services.groups.runAll<ListGroupsResponse>((shard, now, token) =>
    shard.listGroups(now, token, scope, request),
  );
  // Who may describe the cluster sees all of them, as in Apache Kafka; everybody else what he may describe.
  const seesAll = isAllowed(context, 'DESCRIBE', 'CLUSTER', clusterResource);
  const groups: ListGroupsResponse['groups'][number][] = [];
  for (const answer of answers) {
    // A part of them would look like all.
    if (!answer.ok) return reply({ throttleTimeMs: 0, errorCode: errorCode(answer.error), groups: [] });
    for (const group of answer.response.groups) {
      if (seesAll || isAllowed(context, 'DESCRIBE', 'GROUP', group.groupId)) groups.push(group);
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
  }
  return reply({ throttleTimeMs: 0, errorCode: 0, groups });
}
