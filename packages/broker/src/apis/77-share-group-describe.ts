import {
  type ShareGroupDescribeRequest,
  type ShareGroupDescribeResponse,
  shareGroupDescribeApi,
} from '@weir/kafka-protocol/apis/77-share-group-describe';
import { errorCode } from '@weir/kafka-protocol/errors';
import { Slices } from '../coordinator/slices.ts';
import { describeGroupsAnswerBytesMax, requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import { type DescribedShareGroup, noShareDescription } from '../share-group/describe.ts';
import { authorizedOperations } from './authorized-operations.ts';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** ShareGroupDescribe (KIP-932): share groups that this broker coordinates. */
export const shareGroupDescribe: Handler<ShareGroupDescribeRequest, ShareGroupDescribeResponse> = {
  api: shareGroupDescribeApi,
  advertised: { min: 1, max: 1 },
  handle,
};

/** Each group once, one after the other, until the answer is as large as one may be. */
async function handle(
  context: RequestContext,
  request: ShareGroupDescribeRequest,
): Promise<Reply<ShareGroupDescribeResponse>> {
  const slices = new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const groups: DescribedShareGroup[] = [];
  let bytes = 0;
  for (const groupId of new Set(request.groupIds)) {
    if (context.isGone()) break;
    if (slices.isOver()) await slices.giveWay();
    if (bytes > describeGroupsAnswerBytesMax) {
      context.identity.cluster.reachedLimits.reached('answerBytesMax');
      groups.push(noShareDescription(groupId, errorCode('POLICY_VIOLATION')));
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
  request: ShareGroupDescribeRequest,
  groupId: string,
): Promise<DescribedShareGroup> {
  if (!isAllowed(context, 'DESCRIBE', 'GROUP', groupId))
    return noShareDescription(groupId, errorCode('GROUP_AUTHORIZATION_FAILED'));
  if (groupId === '') return noShareDescription(groupId, errorCode('INVALID_GROUP_ID'));
  const scope = groupScope(context);
  const answer = await context.services.groups.run<DescribedShareGroup>(
    scope.clusterId,
    groupId,
    (shard, now, token) => shard.describeShareGroup(now, token, scope, groupId),
  );
  if (!answer.ok) return noShareDescription(groupId, errorCode(answer.error));
  const found = answer.response;
  if (found.errorCode !== 0) return found;
  // As in Apache Kafka, who asks may know of every topic that the description names, or learns of none.
  const names = new Set(found.members.flatMap(({ subscribedTopicNames }) => subscribedTopicNames));
  for (const name of names) {
    if (isAllowed(context, 'DESCRIBE', 'TOPIC', name)) continue;
    const errorMessage = 'The group has described topic(s) that the client is not authorized to describe.';
    return { ...noShareDescription(groupId, errorCode('TOPIC_AUTHORIZATION_FAILED')), errorMessage };
  }
  const isAsked = request.includeAuthorizedOperations;
  return { ...found, authorizedOperations: authorizedOperations(context, isAsked, 'GROUP', groupId) };
}

/** About what it takes in an answer: a bound on size, not a measure of it. */
function bytesOf({ groupId, members }: DescribedShareGroup): number {
  let bytes = 100 + 3 * groupId.length;
  for (const { memberId, clientId, subscribedTopicNames, assignment } of members) {
    bytes += 200 + 3 * (memberId.length + clientId.length);
    for (const name of subscribedTopicNames) bytes += 10 + name.length;
    for (const { topicName, partitions } of assignment.topicPartitions)
      bytes += 30 + topicName.length + 4 * partitions.length;
  }
  return bytes;
}
