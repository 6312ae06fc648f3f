import { errorName } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { offsetCommitOf } from '../testing/offset-commit-for-tests.ts';
import { offsetCommit } from './08-offset-commit.ts';
import { offsetFetch } from './09-offset-fetch.ts';

async function commit(groups: GroupsForTests, groupId: string, partitions: readonly number[], metadata = '') {
  const { body } = await groups.ask(offsetCommit, 8, offsetCommitOf(groupId, partitions, metadata));
  expect(body?.topics[0]?.partitions.every((part) => part.errorCode === 0)).toBe(true);
}

/** Null partitions: all there are. */
async function fetch(
  groups: GroupsForTests,
  asked: readonly (readonly [string, readonly number[] | null])[],
) {
  const { body } = await groups.ask(offsetFetch, 8, {
    groupId: '',
    topics: null,
    groups: asked.map(([groupId, partitions]) => ({
      groupId,
      memberId: null,
      memberEpoch: -1,
      topics:
        partitions === null
          ? null
          : partitions.map((index) => ({ name: 'topic', topicId: zeroUuid, partitionIndexes: [index] })),
    })),
    requireStable: false,
  });
  return (body?.groups ?? []).map(({ groupId, errorCode: code, topics }) => ({
    groupId,
    error: errorName(code ?? 0),
    offsets: topics.flatMap((topic) => topic.partitions.map((part) => part.committedOffset)),
  }));
}

test('groups, topics and partitions that repeat are answered once', async () => {
  const groups = await GroupsForTests.start();
  await commit(groups, 'group', [0, 1]);
  const many = Array.from({ length: 5_000 }, (_, index) => index % 2);
  expect(await fetch(groups, [['group', many], ...many.map(() => ['group', null] as const)])).toEqual([
    { groupId: 'group', error: 'NONE', offsets: [100, 101] },
  ]);
});

test('more partitions than the cluster may have, or more groups, are refused', async () => {
  const groups = await GroupsForTests.start({ partitionsMax: 20, groupsMax: 3 });
  const indexes = Array.from({ length: 21 }, (_, index) => index);
  const [refused] = await fetch(groups, [['group', indexes]]);
  expect(refused).toEqual({ groupId: 'group', error: 'INVALID_REQUEST', offsets: [] });
  const [taken] = await fetch(groups, [['group', indexes.slice(1)]]);
  expect(taken?.offsets).toEqual(indexes.slice(1).map(() => -1));
  const four = ['a', 'b', 'c', 'd'].map((groupId) => [groupId, null] as const);
  expect(new Set((await fetch(groups, four)).map(({ error }) => error))).toEqual(
    new Set(['INVALID_REQUEST']),
  );
  expect(Object.fromEntries(groups.cluster().reachedLimits.totals())).toEqual({
    partitionsMax: 1,
    groupsMax: 1,
  });
});

test('an answer grows to its bound and not beyond it, and the groups behind it are told why', async () => {
  const groups = await GroupsForTests.start({ partitionsMax: 100, groupsMax: 1_000 }, 100);
  const ids = Array.from({ length: 80 }, (_, index) => `group-${index}`);
  const all = Array.from({ length: 100 }, (_, index) => index);
  for (const groupId of ids) await commit(groups, groupId, all, 'x'.repeat(4_000));
  const found = await fetch(
    groups,
    ids.map((groupId) => [groupId, null] as const),
  );
  const whole = found.filter(({ error }) => error === 'NONE');
  expect(whole.length).toBeGreaterThan(10);
  expect(whole.length).toBeLessThan(40);
  expect(whole.every(({ offsets }) => offsets.length === 100)).toBe(true);
  expect(new Set(found.slice(whole.length).map(({ error }) => error))).toEqual(new Set(['POLICY_VIOLATION']));
});

test('what was committed by name is void once the topic is deleted, also for a new one of its name', async () => {
  const groups = await GroupsForTests.start();
  await commit(groups, 'group', [0]);
  const topicId = groups.cluster().topicsByName.get('topic')?.topicId ?? '';
  // Without telling the groups: as when the topic was deleted while the broker was away.
  groups.cell.onTopicDeleted = () => undefined;
  await groups.metadata.deleteTopic('lkc-a', topicId);
  await groups.addCluster('lkc-a', {}, 10);
  expect(groups.cluster().topicsByName.get('topic')?.topicId).not.toBe(topicId);
  expect((await fetch(groups, [['group', [0]]]))[0]?.offsets).toEqual([-1]);
});
