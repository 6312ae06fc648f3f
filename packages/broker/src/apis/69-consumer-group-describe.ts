import {
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
  consumerGroupDescribeApi,
} from '@weir/kafka-protocol/apis/69-consumer-group-describe';
import { errorCode } from '@weir/kafka-protocol/errors';
import { type DescribedConsumerGroup, noDescription } from '../consumer-group/describe.ts';
import { Slices } from '../coordinator/slices.ts';
import { describeGroupsAnswerBytesMax, requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import { authorizedOperations } from './authorized-operations.ts';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** ConsumerGroupDescribe: groups of the new protocol that this broker coordinates. v1 adds the protocol of each member (KIP-1099). */
export const consumerGroupDescribe: Handler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> = {
  api: consumerGroupDescribeApi,
  advertised: { min: 0, max: 1 },
  handle,
};

/** Each group once, one after the other, until the answer is as large as one may be. */
async function handle(
  context: RequestContext,
  request: ConsumerGroupDescribeRequest,
): Promise<Reply<ConsumerGroupDescribeResponse>> {
  const slices = new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const groups: DescribedConsumerGroup[] = [];
  let bytes = 0;
  for (const groupId of new Set(request.groupIds)) {
    if (context.isGone()) break;
    if (slices.isOver()) await slices.giveWay();
    if (bytes > describeGroupsAnswerBytesMax) {
      context.identity.cluster.reachedLimits.reached('answerBytesMax');
      groups.push(noDescription(groupId, errorCode('POLICY_VIOLATION')));
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
  request: ConsumerGroupDescribeRequest,
  groupId: string,
): Promise<DescribedConsumerGroup> {
  if (!isAllowed(context, 'DESCRIBE', 'GROUP', groupId)) {
    return noDescription(groupId, errorCode('GROUP_AUTHORIZATION_FAILED'));
  }
  if (groupId === '') return noDescription(groupId, errorCode('INVALID_GROUP_ID'));
  const scope = groupScope(context);
  const answer = await context.services.groups.run<DescribedConsumerGroup>(
    scope.clusterId,
    groupId,
    (shard, now, token) => shard.describeConsumerGroup(now, token, scope, groupId),
  );
  if (!answer.ok) return noDescription(groupId, errorCode(answer.error));
  const found = answer.response;
  if (found.errorCode !== 0) return found;
  if (!mayKnowTopics(context, found)) {
    const errorMessage = 'The group has described topic(s) that the client is not authorized to describe.';
    return { ...noDescription(groupId, errorCode('TOPIC_AUTHORIZATION_FAILED')), errorMessage };
  }
  const isAsked = request.includeAuthorizedOperations;
  return { ...found, authorizedOperations: authorizedOperations(context, isAsked, 'GROUP', groupId) };
}

/** Whether who asks may know of every topic that the description names, as in Apache Kafka. */
function mayKnowTopics(context: RequestContext, { members }: DescribedConsumerGroup): boolean {
  const names = new Set<string>();
  for (const { subscribedTopicNames, assignment, targetAssignment } of members) {
    for (const name of subscribedTopicNames) names.add(name);
    for (const { topicName } of assignment.topicPartitions) names.add(topicName);
    for (const { topicName } of targetAssignment.topicPartitions) names.add(topicName);
  }
  for (const name of names) if (!isAllowed(context, 'DESCRIBE', 'TOPIC', name)) return false;
  return true;
}

/** About what it takes in an answer: a bound on size, not a measure of it. */
function bytesOf({ groupId, members }: DescribedConsumerGroup): number {
  let bytes = 100 + 3 * groupId.length;
  for (const { memberId, clientId, subscribedTopicNames, assignment, targetAssignment } of members) {
    bytes += 200 + 3 * (memberId.length + clientId.length);
    for (const name of subscribedTopicNames) bytes += 10 + name.length;
    for (const { topicPartitions } of [assignment, targetAssignment])
      for (const { topicName, partitions } of topicPartitions)
        bytes += 30 + topicName.length + 4 * partitions.length;
  }
  return bytes;
}
