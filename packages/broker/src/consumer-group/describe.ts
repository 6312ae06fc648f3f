import type { ConsumerGroupDescribeResponse } from '@weir/kafka-protocol/apis/69-consumer-group-describe';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { Scope, Step } from '../group/step.ts';
import type { ConsumerMember } from './consumer-group.ts';
import { type Partitions, partitionsOf } from './partitions.ts';

export type DescribedConsumerGroup = ConsumerGroupDescribeResponse['groups'][number];

/** A member that takes part by the new protocol (KIP-1099). */
const consumerMemberType = 1;

/** ConsumerGroupDescribe of one group that lives in this shard. */
export function describeConsumerGroup(step: Step, token: number, scope: Scope, groupId: string): Step {
  const group = step.table.find({ clusterId: scope.clusterId, groupId });
  const consumer = group?.consumer ?? null;
  if (consumer === null) {
    const what = group === undefined ? 'not found' : 'is not a consumer group';
    return step.reply(token, {
      ...noDescription(groupId, errorCode('GROUP_ID_NOT_FOUND')),
      errorMessage: `Group ${groupId} ${what}.`,
    } satisfies DescribedConsumerGroup);
  }
  const nameOf = (topicId: string) => step.deps.topicNameOf(scope.clusterId, topicId);
  return step.reply(token, {
    errorCode: 0,
    groupId,
    groupState: consumer.state,
    groupEpoch: consumer.epoch,
    assignmentEpoch: consumer.assignmentEpoch,
    assignorName: consumer.assignor(),
    members: Array.from(consumer.members.values(), (member) => described(member, nameOf)),
  } satisfies DescribedConsumerGroup);
}

export function noDescription(groupId: string, code: number): DescribedConsumerGroup {
  const nothing = { groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
  return { errorCode: code, groupId, ...nothing };
}

function described({ memberId, subscription, current, target }: ConsumerMember, nameOf: NameOf) {
  const { instanceId, rackId, clientId, clientHost, topicNames, regex } = subscription;
  return {
    ...{ memberId, instanceId, rackId, clientId, clientHost },
    memberEpoch: current.epoch,
    subscribedTopicNames: topicNames,
    // Kafka tells an empty one of a member that has none.
    subscribedTopicRegex: regex ?? '',
    assignment: { topicPartitions: named(partitionsOf(current.assigned), nameOf) },
    targetAssignment: { topicPartitions: named(target, nameOf) },
    memberType: consumerMemberType,
  };
}

type NameOf = (topicId: string) => string | null;

/** Of topics that are no more nothing is told. */
function named(partitions: Partitions, nameOf: NameOf) {
  return [...partitions].flatMap(([topicId, numbers]) => {
    const topicName = nameOf(topicId);
    return topicName === null ? [] : [{ topicId, topicName, partitions: numbers }];
  });
}
