import {
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
  describeGroupsApi,
} from '@weir/kafka-protocol/apis/15-describe-groups';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { Slices } from '../coordinator/slices.ts';
import { describeGroupsAnswerBytesMax, requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import { authorizedOperations } from './authorized-operations.ts';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** DescribeGroups: state and members of groups that this broker coordinates. */
export const describeGroups: Handler<DescribeGroupsRequest, DescribeGroupsResponse> = {
  api: describeGroupsApi,
  advertised: { min: 0, max: 6 },
  handle,
};

type Described = DescribeGroupsResponse['groups'][number];

/** Each group once, one after the other, until the answer is as large as one may be. */
async function handle(
  context: RequestContext,
  request: DescribeGroupsRequest,
): Promise<Reply<DescribeGroupsResponse>> {
  const slices = new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const groups: Described[] = [];
  let bytes = 0;
  for (const groupId of new Set(request.groups)) {
    if (context.isGone()) break;
    if (slices.isOver()) await slices.giveWay();
    if (bytes > describeGroupsAnswerBytesMax) {
      context.identity.cluster.reachedLimits.reached('answerBytesMax');
      groups.push(refused(groupId, 'POLICY_VIOLATION'));
      continue;
    }
    const group = await describeOne(context, request, groupId);
    bytes += bytesOf(group);
    groups.push(group);
  }
  return reply({ throttleTimeMs: 0, groups });
}

async function describeOne(
  context: RequestContext,
  request: DescribeGroupsRequest,
  groupId: string,
): Promise<Described> {
  if (!isAllowed(context, 'DESCRIBE', 'GROUP', groupId)) {
    return refused(groupId, 'GROUP_AUTHORIZATION_FAILED');
  }
  const scope = groupScope(context);
  const answer = await context.services.groups.run<DescribeGroupsResponse>(
    scope.clusterId,
    groupId,
    (shard, now, token) => shard.describeGroups(now, token, scope, { ...request, groups: [groupId] }),
  );
  if (!answer.ok) return refused(groupId, answer.error);
  const [found] = answer.response.groups;
  if (found === undefined) return refused(groupId, 'UNKNOWN_SERVER_ERROR');
  const isAsked = request.includeAuthorizedOperations && found.errorCode === 0;
  return { ...found, authorizedOperations: authorizedOperations(context, isAsked, 'GROUP', groupId) };
}

function refused(groupId: string, error: ErrorName): Described {
  const nothing = { groupState: '', protocolType: '', protocolData: '', members: [] };
  return { errorCode: errorCode(error), groupId, ...nothing };
}

/** About what it takes in an answer: a bound on size, not a measure of it. */
function bytesOf({ groupId, members }: Described): number {
  let bytes = 100 + 3 * groupId.length;
  for (const member of members) {
    const texts = member.memberId.length + member.clientId.length + member.clientHost.length;
    bytes += 100 + 3 * texts + member.memberMetadata.length + member.memberAssignment.length;
  }
  return bytes;
}
