import type { OffsetCommitRequest } from '@weir/kafka-protocol/apis/08-offset-commit';
import type { JoinGroupRequest } from '@weir/kafka-protocol/apis/11-join-group';
import { errorName } from '@weir/kafka-protocol/errors';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { offsetCommitOf } from '../testing/offset-commit-for-tests.ts';
import { offsetCommit } from './08-offset-commit.ts';
import { offsetFetch } from './09-offset-fetch.ts';
import { joinGroup } from './11-join-group.ts';
import { deleteGroups } from './42-delete-groups.ts';
import { offsetDelete } from './47-offset-delete.ts';

async function commit(groups: GroupsForTests, request: OffsetCommitRequest, clusterId = 'lkc-a') {
  const { body } = await groups.ask(offsetCommit, 8, request, clusterId);
  return errorName(body?.topics[0]?.partitions[0]?.errorCode ?? 0);
}

async function remove(groups: GroupsForTests, ...groupsNames: string[]) {
  const { body } = await groups.ask(deleteGroups, 2, { groupsNames });
  return body?.results.map((result) => [result.groupId, errorName(result.errorCode)]);
}

async function removeOffsets(groups: GroupsForTests, groupId: string, indexes: readonly number[]) {
  const partitions = indexes.map((partitionIndex) => ({ partitionIndex }));
  const topics = [{ name: 'topic', partitions }];
  const { body } = await groups.ask(offsetDelete, 0, { groupId, topics });
  const errors = body?.topics.flatMap((topic) => topic.partitions.map((part) => errorName(part.errorCode)));
  return { error: errorName(body?.errorCode ?? 0), errors };
}

async function offsets(groups: GroupsForTests, groupId: string) {
  const { body } = await groups.ask(offsetFetch, 7, {
    groupId,
    topics: null,
    groups: [],
    requireStable: false,
  });
  return body?.topics?.flatMap((topic) => topic.partitions.map((part) => part.partitionIndex)) ?? [];
}

const consumer: JoinGroupRequest = {
  groupId: 'busy',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  memberId: '',
  groupInstanceId: null,
  protocolType: 'consumer',
  // INT16 version 0, one topic of the name `topic`, no user data.
  protocols: [{ name: 'range', metadata: Buffer.from('0000000000010005746f706963ffffffff', 'hex') }],
  reason: null,
};

test('DeleteGroups removes groups without members, however much they hold, for good, and each name once', async () => {
  const groups = await GroupsForTests.start({ partitionsMax: 5_000 }, 2_500);
  const all = Array.from({ length: 2_500 }, (_, index) => index);
  expect(await commit(groups, offsetCommitOf('large', all))).toBe('NONE');
  expect(await commit(groups, offsetCommitOf('small', [1]))).toBe('NONE');
  const stored = groups.cluster().accounts.groups.bytes;
  expect(await remove(groups, 'large', 'none', 'large')).toEqual([
    ['large', 'NONE'],
    ['none', 'GROUP_ID_NOT_FOUND'],
  ]);
  expect(groups.cluster().accounts.groups.bytes).toBeLessThan(stored / 100);
  await groups.restart();
  expect([await offsets(groups, 'large'), await offsets(groups, 'small')]).toEqual([[], [1]]);
});

test('a group with members is not deleted, nor are offsets of what it subscribes to', async () => {
  const groups = await GroupsForTests.start();
  expect(await commit(groups, offsetCommitOf('busy', [0]))).toBe('NONE');
  await groups.ask(joinGroup, 3, consumer);
  expect(await remove(groups, 'busy')).toEqual([['busy', 'NON_EMPTY_GROUP']]);
  expect(await removeOffsets(groups, 'busy', [0])).toEqual({
    error: 'NONE',
    errors: ['GROUP_SUBSCRIBED_TO_TOPIC'],
  });
});

test('OffsetDelete removes offsets, each once, and says so of a group that is not there', async () => {
  const groups = await GroupsForTests.start();
  expect(await commit(groups, offsetCommitOf('group', [0, 1, 2]))).toBe('NONE');
  expect(await removeOffsets(groups, 'group', [0, 2, 2, 9])).toEqual({
    error: 'NONE',
    errors: ['NONE', 'NONE', 'NONE'],
  });
  expect(await offsets(groups, 'group')).toEqual([1]);
  expect(await removeOffsets(groups, 'none', [0])).toEqual({ error: 'GROUP_ID_NOT_FOUND', errors: [] });
});

test('a cluster at its bound recovers by deleting, is whole after a restart, and its neighbours notice nothing', async () => {
  const groups = await GroupsForTests.start({ groupsMax: 1_000 });
  await groups.addCluster('lkc-b', {}, 10);
  const bound = (clusterId: string) => {
    groups.cluster(clusterId).accounts.groups.bytesMax = 30_000;
  };
  bound('lkc-a');
  let taken = 0;
  while ((await commit(groups, offsetCommitOf(`group-${taken}`, [0], 'x'.repeat(1_000)))) === 'NONE')
    taken += 1;
  expect(taken).toBeGreaterThan(5);
  expect(await commit(groups, offsetCommitOf('new', [0]))).toBe('POLICY_VIOLATION');
  expect(groups.cluster().reachedLimits.totals().get('groupBytesMax')).toBeGreaterThan(0);
  expect(await commit(groups, offsetCommitOf('new', [0]), 'lkc-b')).toBe('NONE');

  await groups.restart();
  bound('lkc-a');
  await groups.engine.run(groups.groups.load());
  expect(await commit(groups, offsetCommitOf('new', [0]))).toBe('POLICY_VIOLATION');
  expect(await commit(groups, offsetCommitOf('group-0', [0], 'y'.repeat(1_000)))).toBe('NONE');
  expect(await remove(groups, 'group-0')).toEqual([['group-0', 'NONE']]);
  expect(await commit(groups, offsetCommitOf('new', [0]))).toBe('NONE');
});

test('a cluster’s groups are counted over all shards, also those that nobody has asked since the start', async () => {
  const groups = await GroupsForTests.start({ groupsMax: 20 });
  for (let index = 0; index < 20; index += 1) {
    expect(await commit(groups, offsetCommitOf(`group-${index}`, [0]))).toBe('NONE');
  }
  await groups.restart();
  await groups.engine.run(groups.groups.load());
  expect(await commit(groups, offsetCommitOf('one too many', [0]))).toBe('POLICY_VIOLATION');
});

test('what was committed for a topic or by a cluster that went while the broker was away is forgotten', async () => {
  const groups = await GroupsForTests.start();
  await groups.addCluster('lkc-b', {}, 10);
  expect(await commit(groups, offsetCommitOf('group', [0, 1]))).toBe('NONE');
  expect(await commit(groups, offsetCommitOf('group', [0, 1]), 'lkc-b')).toBe('NONE');
  const topicId = groups.cluster().topicsByName.get('topic')?.topicId ?? '';
  await groups.restart(async () => {
    await groups.metadata.deleteTopic('lkc-a', topicId);
    await groups.metadata.removeCluster('lkc-b');
  });
  await groups.engine.run(groups.groups.load());
  await groups.engine.pass(1_000);
  expect(await offsets(groups, 'group')).toEqual([]);
  await groups.engine.pass(1_300_000);
  expect(groups.cell.accounts.groups.bytes).toBe(0);
});
