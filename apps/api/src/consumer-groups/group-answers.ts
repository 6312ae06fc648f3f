import { expectNone } from '@weir/kafka-client/connection';
import type { KafkaSession } from '@weir/kafka-client/session';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { findCoordinatorApi } from '@weir/kafka-protocol/apis/10-find-coordinator';
import { describeGroupsApi } from '@weir/kafka-protocol/apis/15-describe-groups';
import { listGroupsApi } from '@weir/kafka-protocol/apis/16-list-groups';
import { consumerGroupDescribeApi } from '@weir/kafka-protocol/apis/69-consumer-group-describe';
import { errorCode } from '@weir/kafka-protocol/errors';
import { assignedPartitions } from './assigned-partitions.ts';

/** The last versions that name topics, and one group a request. */
const versions = { coordinator: 2, list: 4, describe: 5, describeNew: 0, fetch: 7, commit: 7 } as const;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface DescribedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly assigned: readonly TopicPartition[];
}

/** A group of either protocol. */
export interface DescribedGroup {
  readonly groupId: string;
  /** As Kafka calls it. */
  readonly groupState: string;
  /** Empty: a group that only keeps offsets. */
  readonly protocolType: string;
  readonly assignor: string;
  readonly members: readonly DescribedMember[];
}

export interface Committed extends TopicPartition {
  readonly offset: number;
}

/** Every group that the caller may describe, as its coordinator tells of it; each broker tells of its own. */
export const describeAll = async (session: KafkaSession): Promise<readonly DescribedGroup[]> => {
  const found = new Map<string, DescribedGroup>();
  for (const node of await session.brokers()) {
    const asked = { statesFilter: [], typesFilter: [] };
    const answer = await session.ask(node, listGroupsApi, versions.list, asked);
    expectNone(answer.errorCode);
    const ids = answer.groups.map(({ groupId }) => groupId);
    for (let at = 0; at < ids.length; at += describedAtOnce) {
      const groups = await describeGroups(session, node, ids.slice(at, at + describedAtOnce));
      for (const group of groups) found.set(group.groupId, group);
    }
  }
  return [...found.values()].toSorted((one, other) => (one.groupId < other.groupId ? -1 : 1));
};

/** Groups in one request: as many as an answer of the largest has room for. */
const describedAtOnce = 100;

/** Without those that are not there (any more). */
const describeGroups = async (
  session: KafkaSession,
  node: number,
  groupIds: readonly string[],
): Promise<readonly DescribedGroup[]> => {
  const asked = { groups: [...groupIds], includeAuthorizedOperations: false };
  const { groups } = await session.ask(node, describeGroupsApi, versions.describe, asked);
  for (const group of groups) expectNone(group.errorCode);
  // Of a group of the new protocol (KIP-848) this answer knows nothing.
  const others = groups.filter(({ groupState }) => groupState === 'Dead').map(({ groupId }) => groupId);
  const classic = groups
    .filter(({ groupState }) => groupState !== 'Dead')
    .map(({ groupId, groupState, members, protocolData, protocolType }) => ({
      ...{ groupId, groupState, protocolType },
      assignor: protocolData,
      members: members.map(({ clientId, groupInstanceId, memberAssignment, memberId }) => ({
        ...{ memberId, clientId },
        groupInstanceId: groupInstanceId ?? null,
        assigned: assignedPartitions(memberAssignment),
      })),
    }));
  return others.length === 0 ? classic : [...classic, ...(await describeNew(session, node, others))];
};

const describeNew = async (
  session: KafkaSession,
  node: number,
  groupIds: readonly string[],
): Promise<readonly DescribedGroup[]> => {
  const asked = { groupIds, includeAuthorizedOperations: false };
  const { groups } = await session.ask(node, consumerGroupDescribeApi, versions.describeNew, asked);
  const unknown = errorCode('GROUP_ID_NOT_FOUND');
  return groups
    .filter((group) => group.errorCode !== unknown)
    .map((group) => {
      // Who may not know of its topics is told of the group, and of nobody in it.
      if (group.errorCode !== errorCode('TOPIC_AUTHORIZATION_FAILED')) expectNone(group.errorCode);
      return {
        groupId: group.groupId,
        groupState: group.groupState,
        protocolType: 'consumer',
        assignor: group.assignorName,
        members: group.members.map(({ assignment, clientId, instanceId, memberId }) => ({
          ...{ memberId, clientId },
          groupInstanceId: instanceId ?? null,
          assigned: assignment.topicPartitions.flatMap(({ partitions, topicName }) =>
            partitions.map((partition) => ({ topic: topicName, partition })),
          ),
        })),
      };
    });
};

/** The broker that coordinates it, whose address the session knows from then on. */
export const coordinatorOf = async (session: KafkaSession, groupId: string): Promise<number> => {
  await session.brokers();
  const asked = { key: groupId, keyType: 0, coordinatorKeys: [] };
  const answer = await session.ask(null, findCoordinatorApi, versions.coordinator, asked);
  expectNone(answer.errorCode ?? 0, answer.errorMessage ?? null);
  return answer.nodeId ?? -1;
};

/** null: there is no such group. */
export const describeGroup = async (
  session: KafkaSession,
  node: number,
  groupId: string,
): Promise<DescribedGroup | null> => (await describeGroups(session, node, [groupId]))[0] ?? null;

/** What the group has committed, of topics that the caller may describe. */
export const committedOffsets = async (
  session: KafkaSession,
  node: number,
  groupId: string,
): Promise<readonly Committed[]> => {
  const asked = { groupId, topics: null, groups: [], requireStable: false };
  const answer = await session.ask(node, offsetFetchApi, versions.fetch, asked);
  expectNone(answer.errorCode ?? 0);
  return (answer.topics ?? []).flatMap(({ name, partitions }) =>
    partitions.flatMap(({ committedOffset, errorCode, partitionIndex }): Committed[] =>
      errorCode === 0 && committedOffset >= 0
        ? [{ topic: name ?? '', partition: partitionIndex, offset: committedOffset }]
        : [],
    ),
  );
};

/** As nobody of the group: refused with UNKNOWN_MEMBER_ID while somebody is in it. */
export const commitOffsets = async (
  session: KafkaSession,
  node: number,
  groupId: string,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<void> => {
  const partitions = [...offsets].map(([partitionIndex, committedOffset]) => ({
    partitionIndex,
    committedOffset,
    committedLeaderEpoch: -1,
    committedMetadata: null,
  }));
  const answer = await session.ask(node, offsetCommitApi, versions.commit, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [{ name: topic, topicId: '', partitions }],
  });
  for (const { errorCode } of answer.topics.flatMap((each) => each.partitions)) expectNone(errorCode);
};
