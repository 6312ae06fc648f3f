import type { ShareGroupDescribeResponse } from '@weir/kafka-protocol/apis/77-share-group-describe';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { Scope, Step } from '../group/step.ts';
import { assignmentOf } from './heartbeat.ts';
import type { ShareGroup, ShareMember } from './share-group.ts';

export type DescribedShareGroup = ShareGroupDescribeResponse['groups'][number];

/** ShareGroupDescribe of one group that lives in this shard. */
export function describeShareGroup(step: Step, token: number, scope: Scope, groupId: string): Step {
  const name = { clusterId: scope.clusterId, groupId };
  const group = step.table.shares.find(name);
  if (group === undefined) {
    const what = step.table.find(name) === undefined ? 'not found' : 'is not a share group';
    return step.reply(token, {
      ...noShareDescription(groupId, errorCode('GROUP_ID_NOT_FOUND')),
      errorMessage: `Group ${groupId} ${what}.`,
    } satisfies DescribedShareGroup);
  }
  return step.reply(token, {
    errorCode: 0,
    groupId,
    groupState: group.members.size === 0 ? 'Empty' : 'Stable',
    groupEpoch: group.epoch,
    assignmentEpoch: group.epoch,
    assignorName: 'simple',
    members: Array.from(group.members.values(), (member) => described(step, group, member)),
  } satisfies DescribedShareGroup);
}

export function noShareDescription(groupId: string, code: number): DescribedShareGroup {
  const nothing = { groupState: '', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] };
  return { errorCode: code, groupId, ...nothing };
}

function described(step: Step, group: ShareGroup, { memberId, subscription }: ShareMember) {
  const topicPartitions = [...assignmentOf(step, group, memberId)].flatMap(([topicId, partitions]) => {
    const topicName = step.deps.topicNameOf(group.name.clusterId, topicId);
    return topicName === null ? [] : [{ topicId, topicName, partitions }];
  });
  return { ...subscription, memberId, memberEpoch: group.epoch, assignment: { topicPartitions } };
}
