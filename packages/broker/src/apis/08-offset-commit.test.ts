import type { OffsetCommitRequest } from '@weir/kafka-protocol/apis/08-offset-commit';
import { errorName } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { offsetCommit } from './08-offset-commit.ts';
import { offsetFetch } from './09-offset-fetch.ts';

const unlimited = Number.MAX_SAFE_INTEGER;

type Entry = readonly [partition: number, offset: number];

function commitOf(entries: readonly Entry[], name = 'topic', groupId = 'group'): OffsetCommitRequest {
  const partitions = entries.map(([partitionIndex, committedOffset]) => ({
    partitionIndex,
    committedOffset,
    committedLeaderEpoch: -1,
    committedMetadata: '',
  }));
  return {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1,
    topics: [{ name, topicId: zeroUuid, partitions }],
  };
}

async function commit(groups: GroupsForTests, request: OffsetCommitRequest) {
  const { body, throttleMs } = await groups.ask(offsetCommit, 8, request);
  const errors = (body?.topics ?? []).flatMap((topic) =>
    topic.partitions.map((part) => [part.partitionIndex, errorName(part.errorCode)] as const),
  );
  return { errors, throttleMs };
}

async function committed(groups: GroupsForTests, partitionIndexes: readonly number[]) {
  const { body } = await groups.ask(offsetFetch, 7, {
    groupId: 'group',
    topics: [{ name: 'topic', partitionIndexes: [...partitionIndexes] }],
    groups: [],
    requireStable: false,
  });
  return body?.topics?.[0]?.partitions.map((part) => part.committedOffset);
}

/** Bytes in all the logs of the groups. */
function loggedBytes(groups: GroupsForTests): number {
  const topic = groups.cell.clusters.get('cell')?.topicsByName.get('__consumer_offsets');
  const partitions = [...(topic?.hosted.values() ?? [])];
  return partitions.reduce((sum, partition) => sum + (partition.log?.sizeBytes ?? 0), 0);
}

test('a partition that a commit names again and again is written once, and the last of its offsets counts', async () => {
  const groups = await GroupsForTests.start();
  const once = await commit(groups, commitOf([[0, 1]]));
  expect(once.errors).toEqual([[0, 'NONE']]);
  const before = loggedBytes(groups);
  const repeated = Array.from({ length: 10_000 }, (_, index) => [0, index] as const);
  const many = await commit(groups, commitOf(repeated));
  expect(many.errors).toEqual([[0, 'NONE']]);
  expect(loggedBytes(groups) - before).toBe(before);
  expect(await committed(groups, [0])).toEqual([9_999]);
});

test('a topic named twice in one commit is taken once, with the partitions of both', async () => {
  const groups = await GroupsForTests.start();
  const [first] = commitOf([
    [0, 1],
    [1, 1],
  ]).topics;
  const [second] = commitOf([
    [1, 2],
    [2, 2],
  ]).topics;
  const topics = [first, second].flatMap((topic) => (topic === undefined ? [] : [topic]));
  const { errors } = await commit(groups, { ...commitOf([]), topics });
  expect(errors).toEqual([
    [0, 'NONE'],
    [1, 'NONE'],
    [2, 'NONE'],
  ]);
  expect(await committed(groups, [0, 1, 2])).toEqual([1, 2, 2]);
});

test('a commit that names more partitions than the cluster may have is refused whole, and its limit is noted', async () => {
  const groups = await GroupsForTests.start({ partitionsMax: 20 });
  const entries = Array.from({ length: 21 }, (_, partition) => [partition, 1] as const);
  const { errors } = await commit(groups, commitOf(entries));
  expect(new Set(errors.map(([, error]) => error))).toEqual(new Set(['INVALID_REQUEST']));
  expect(groups.cluster().reachedLimits.totals().get('partitionsMax')).toBe(1);
  const fewer = await commit(groups, commitOf(entries.slice(0, 20)));
  expect(fewer.errors.slice(8, 12)).toEqual([
    [8, 'NONE'],
    [9, 'NONE'],
    [10, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [11, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);
});

test('a commit of thousands of partitions is taken whole, each partition with its own answer', async () => {
  const groups = await GroupsForTests.start({ partitionsMax: 5_000 }, 3_500);
  const entries = Array.from({ length: 3_500 }, (_, partition) => [partition, partition + 7] as const);
  const { errors } = await commit(groups, commitOf(entries));
  expect(errors).toEqual(entries.map(([partition]) => [partition, 'NONE']));
  expect(await committed(groups, [0, 999, 1_000, 3_499])).toEqual([7, 1_006, 1_007, 3_506]);
});

test('what a commit writes is the cluster’s own ingress and storage: past its quota the client is slowed', async () => {
  const groups = await GroupsForTests.start({
    partitionsMax: 5_000,
    ingressBytesPerSecMax: 1_000,
    storedBytesMax: unlimited,
  });
  const entries = Array.from({ length: 10 }, (_, partition) => [partition, 1] as const);
  const waits: number[] = [];
  for (let round = 0; round < 30; round += 1)
    waits.push((await commit(groups, commitOf(entries))).throttleMs);
  expect(waits[0]).toBe(0);
  expect(waits.at(-1)).toBeGreaterThan(100);
  expect(groups.cluster().storedBytes).toBeGreaterThanOrEqual(loggedBytes(groups));
  expect(groups.cluster().reachedLimits.totals().get('ingressBytesPerSecMax')).toBeGreaterThan(0);
});
