import type { JoinGroupRequest } from '@weir/kafka-protocol/apis/11-join-group';
import type { ListGroupsRequest } from '@weir/kafka-protocol/apis/16-list-groups';
import { errorName } from '@weir/kafka-protocol/errors';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { offsetCommitOf } from '../testing/offset-commit-for-tests.ts';
import { offsetCommit } from './08-offset-commit.ts';
import { joinGroup } from './11-join-group.ts';
import { describeGroups } from './15-describe-groups.ts';
import { listGroups } from './16-list-groups.ts';

const all: ListGroupsRequest = { statesFilter: [], typesFilter: [] };

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

async function list(groups: GroupsForTests, clusterId = 'lkc-a', asked = all) {
  const { body } = await groups.ask(listGroups, 5, asked, clusterId);
  expect(errorName(body?.errorCode ?? -1)).toBe('NONE');
  return (body?.groups ?? []).map(({ groupId, groupState }) => [groupId, groupState]).toSorted();
}

async function describeAll(groups: GroupsForTests, names: readonly string[], version = 6) {
  const request = { groups: [...names], includeAuthorizedOperations: false };
  const { body } = await groups.ask(describeGroups, version, request);
  return body?.groups ?? [];
}

test('ListGroups tells of all groups of the cluster, wherever they are coordinated, and of no other’s', async () => {
  const groups = await GroupsForTests.start();
  await groups.addCluster('lkc-b', {}, 1);
  const names = Array.from({ length: 40 }, (_, index) => `group-${index}`);
  for (const name of names) await groups.ask(offsetCommit, 8, offsetCommitOf(name, [0]));
  await groups.ask(joinGroup, 3, consumer);
  const listed = await list(groups);
  expect(listed.map(([name]) => name)).toEqual([...names, 'busy'].toSorted());
  expect(listed.filter(([, state]) => state !== 'Empty').map(([name]) => name)).toEqual(['busy']);
  expect(await list(groups, 'lkc-b')).toEqual([]);
  expect(await list(groups, 'lkc-a', { statesFilter: ['empty'], typesFilter: [] })).toHaveLength(40);
  expect(await list(groups, 'lkc-a', { statesFilter: [], typesFilter: ['share'] })).toEqual([]);
});

test('DescribeGroups tells of each group once, with its members, and what is not there is dead', async () => {
  const groups = await GroupsForTests.start();
  await groups.ask(joinGroup, 3, consumer);
  await groups.ask(offsetCommit, 8, offsetCommitOf('idle', [0]));
  const [busy, idle, none, ...more] = await describeAll(groups, ['busy', 'idle', 'none', 'busy']);
  expect(more).toEqual([]);
  expect(busy).toMatchObject({ errorCode: 0, groupId: 'busy', protocolType: 'consumer' });
  expect(busy?.members).toHaveLength(1);
  expect(idle).toMatchObject({ errorCode: 0, groupState: 'Empty', members: [] });
  expect(errorName(none?.errorCode ?? 0)).toBe('GROUP_ID_NOT_FOUND');
  const [early] = await describeAll(groups, ['none'], 5);
  expect(early).toMatchObject({ errorCode: 0, groupState: 'Dead' });
});
