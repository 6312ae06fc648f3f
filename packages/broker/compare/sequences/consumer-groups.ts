import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { describeGroupsApi } from '@weir/kafka-protocol/apis/15-describe-groups';
import { listGroupsApi } from '@weir/kafka-protocol/apis/16-list-groups';
import { deleteGroupsApi } from '@weir/kafka-protocol/apis/42-delete-groups';
import { consumerGroupHeartbeatApi } from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import { consumerGroupDescribeApi } from '@weir/kafka-protocol/apis/69-consumer-group-describe';
import type { World } from '../../abuse/sound-request.ts';
import type { Conversation } from '../conversation.ts';
import type { Sequence } from '../sequence.ts';

/** As the clients of the new protocol make them up (KIP-1082): by whoever joins. */
const memberIds = ['QZ5fnSyyT6GlrdiRqVqY4w', 'Vb1fKjbtSJqqjpJr3LkWtg'] as const;

type Beat = Parameters<typeof beat>[2];

const beat = (
  talk: Conversation,
  { group, topic }: World,
  more: {
    readonly version?: number;
    readonly memberId?: string;
    readonly memberEpoch?: number;
    readonly groupId?: string;
    readonly instanceId?: string | null;
    readonly rebalanceTimeoutMs?: number;
    readonly subscribedTopicNames?: readonly string[] | null;
    readonly subscribedTopicRegex?: string | null;
    readonly serverAssignor?: string | null;
    readonly topicPartitions?: readonly { topicId: string; partitions: readonly number[] }[] | null;
  },
) => {
  const { version = 1, ...rest } = more;
  return talk.say(consumerGroupHeartbeatApi, version, {
    groupId: group,
    memberId: memberIds[0],
    memberEpoch: 0,
    rebalanceTimeoutMs: 10_000,
    subscribedTopicNames: [topic],
    topicPartitions: [],
    ...rest,
  });
};

/** What a member says that has nothing new to say. */
const quiet = { rebalanceTimeoutMs: -1, subscribedTopicNames: null, topicPartitions: null } as const;

const life: Sequence = {
  name: 'consumer-group-life',
  async run(talk, world) {
    const { group: groupId, topic, topicId } = world;
    const all = [{ topicId, partitions: [0, 1] }];
    const commit = (epoch: number, memberId: string = memberIds[0], version = 9) =>
      talk.say(offsetCommitApi, version, {
        groupId,
        generationIdOrMemberEpoch: epoch,
        memberId,
        topics: [
          {
            name: topic,
            topicId,
            partitions: [{ partitionIndex: 0, committedOffset: 2, committedMetadata: '' }],
          },
        ],
      });
    const look = async () => {
      await talk.say(consumerGroupDescribeApi, 1, { groupIds: [groupId], includeAuthorizedOperations: true });
      await talk.say(describeGroupsApi, 6, { groups: [groupId] });
      await talk.say(listGroupsApi, 5, { statesFilter: [], typesFilter: ['consumer'] });
    };
    await talk.say(consumerGroupDescribeApi, 0, {
      groupIds: [groupId, ''],
      includeAuthorizedOperations: false,
    });
    await beat(talk, world, { memberEpoch: 3 });
    const first = await beat(talk, world, {});
    const epoch = first?.memberEpoch ?? 0;
    await beat(talk, world, { ...quiet, memberEpoch: epoch, topicPartitions: all });
    await beat(talk, world, { ...quiet, memberEpoch: epoch });
    await beat(talk, world, { ...quiet, memberEpoch: epoch + 5 });
    await look();
    await commit(epoch);
    await commit(epoch + 1);
    await commit(epoch, 'nobody');
    await commit(-1, '');
    await commit(epoch, memberIds[0], 8);
    const fetched = {
      groupId,
      memberId: memberIds[0],
      topics: [{ name: topic, topicId, partitionIndexes: [0] }],
    };
    for (const memberEpoch of [epoch, epoch + 1, -1])
      await talk.say(offsetFetchApi, 9, { groups: [{ ...fetched, memberEpoch }], requireStable: false });
    await talk.say(deleteGroupsApi, 2, { groupsNames: [groupId] });
    // Kafka assigns at most once a second (group.consumer.assignment.interval.ms).
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await beat(talk, world, { memberId: memberIds[1] });
    await beat(talk, world, { ...quiet, memberEpoch: epoch });
    await beat(talk, world, {
      ...quiet,
      memberEpoch: epoch,
      topicPartitions: [{ topicId, partitions: [0] }],
    });
    await beat(talk, world, {
      ...quiet,
      memberEpoch: epoch + 1,
      topicPartitions: [{ topicId, partitions: [0] }],
    });
    await beat(talk, world, {
      ...quiet,
      memberId: memberIds[1],
      memberEpoch: epoch + 1,
      topicPartitions: [],
    });
    await beat(talk, world, {
      ...quiet,
      memberId: memberIds[1],
      memberEpoch: epoch + 1,
      topicPartitions: [{ topicId, partitions: [1] }],
    });
    await beat(talk, world, { memberId: memberIds[1], memberEpoch: -1 });
    await beat(talk, world, { ...quiet, memberEpoch: epoch + 1 });
    await beat(talk, world, { ...quiet, memberEpoch: -1 });
    await beat(talk, world, { ...quiet, memberEpoch: -1 });
    await look();
    await talk.say(deleteGroupsApi, 2, { groupsNames: [groupId] });
    await talk.say(deleteGroupsApi, 2, { groupsNames: [groupId] });
  },
};

const refused: Sequence = {
  name: 'consumer-group-refused',
  async run(talk, world) {
    const wrong: readonly Beat[] = [
      { groupId: '' },
      { memberId: '' },
      { memberEpoch: -3 },
      { memberEpoch: -2 },
      { rebalanceTimeoutMs: -1 },
      { subscribedTopicNames: null },
      { subscribedTopicNames: [] },
      { topicPartitions: null },
      { topicPartitions: [{ topicId: world.topicId, partitions: [0] }] },
      { instanceId: '' },
      { serverAssignor: 'sticky' },
      { serverAssignor: '' },
      { subscribedTopicRegex: '(' },
    ];
    for (const each of wrong) await beat(talk, world, each);
  },
};

const assignors: Sequence = {
  name: 'consumer-group-assignors',
  async run(talk, world) {
    for (const serverAssignor of ['range', 'uniform']) {
      const groupId = `${world.group}-${serverAssignor}`;
      await beat(talk, world, { groupId, serverAssignor });
      await talk.say(consumerGroupDescribeApi, 1, {
        groupIds: [groupId],
        includeAuthorizedOperations: false,
      });
      await beat(talk, world, { groupId, memberEpoch: -1 });
    }
  },
};

const staticMember: Sequence = {
  name: 'consumer-group-static',
  async run(talk, world) {
    const instanceId = 'one';
    const first = await beat(talk, world, { instanceId });
    const epoch = first?.memberEpoch ?? 0;
    await beat(talk, world, { instanceId, memberId: memberIds[1] });
    await beat(talk, world, { ...quiet, instanceId, memberEpoch: -2 });
    await beat(talk, world, { instanceId, memberId: memberIds[1] });
    await beat(talk, world, { ...quiet, instanceId, memberEpoch: epoch });
    await talk.say(consumerGroupDescribeApi, 1, {
      groupIds: [world.group],
      includeAuthorizedOperations: false,
    });
    await beat(talk, world, { ...quiet, instanceId: 'other', memberId: memberIds[1], memberEpoch: -1 });
    await beat(talk, world, { ...quiet, instanceId, memberId: memberIds[1], memberEpoch: -1 });
    await talk.say(consumerGroupDescribeApi, 1, {
      groupIds: [world.group],
      includeAuthorizedOperations: false,
    });
  },
};

export const consumerGroupSequences: readonly Sequence[] = [life, refused, assignors, staticMember];
