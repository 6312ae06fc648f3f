import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { findCoordinatorApi } from '@weir/kafka-protocol/apis/10-find-coordinator';
import { type DescribeGroupsResponse, describeGroupsApi } from '@weir/kafka-protocol/apis/15-describe-groups';
import { listGroupsApi } from '@weir/kafka-protocol/apis/16-list-groups';
import { expectNone } from '../records/kafka-connection.ts';
import type { KafkaSession } from '../records/kafka-session.ts';

/** The last versions that name topics, and one group a request. */
const versions = { coordinator: 2, list: 4, describe: 5, fetch: 7, commit: 7 } as const;

export type DescribedGroup = DescribeGroupsResponse['groups'][number];

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
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

/** Without those that are not there (any more), for which the state is `Dead`. */
const describeGroups = async (
  session: KafkaSession,
  node: number,
  groupIds: readonly string[],
): Promise<readonly DescribedGroup[]> => {
  const asked = { groups: [...groupIds], includeAuthorizedOperations: false };
  const { groups } = await session.ask(node, describeGroupsApi, versions.describe, asked);
  for (const { errorCode } of groups) expectNone(errorCode);
  return groups.filter(({ groupState }) => groupState !== 'Dead');
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
