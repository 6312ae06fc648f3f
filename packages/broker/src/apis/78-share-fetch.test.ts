import type { ShareFetchRequest } from '@weir/kafka-protocol/apis/78-share-fetch';
import { errorName } from '@weir/kafka-protocol/errors';
import type { Authorizer } from '@weir/metadata-store/acl-index';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { shareGroupHeartbeat } from './76-share-group-heartbeat.ts';
import { shareFetch } from './78-share-fetch.ts';
import { shareAcknowledge } from './79-share-acknowledge.ts';

const asked = {
  ...{ groupId: 'group', memberId: 'm', maxWaitMs: 0, minBytes: 1, maxBytes: 1 << 20 },
  ...{ maxRecords: 500, batchSize: 500, shareAcquireMode: 0, isRenewAck: false, forgottenTopicsData: [] },
};

type Said = ShareFetchRequest['topics'][number]['partitions'][number]['acknowledgementBatches'];

function topicsOf(broker: GroupsForTests, said: Said = [], clusterId = 'lkc-a') {
  const topicId = broker.cluster(clusterId).topicsByName.get('topic')?.topicId ?? '';
  const partition = { partitionIndex: 0, partitionMaxBytes: 0, acknowledgementBatches: said };
  return [{ topicId, partitions: [partition] }];
}

async function fetched(broker: GroupsForTests, request: Partial<ShareFetchRequest>, clusterId = 'lkc-a') {
  const whole = { ...asked, shareSessionEpoch: 0, topics: [], ...request };
  const { body, frames, taken } = await broker.ask(shareFetch, 2, whole, clusterId);
  taken?.();
  for (const frame of frames) frame.release();
  const part = body?.responses[0]?.partitions[0];
  return {
    error: errorName(body?.errorCode ?? 0),
    partError: errorName(part?.errorCode ?? 0),
    acquired: part?.acquiredRecords.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset]) ?? [],
  };
}

/** A member that reads partition 0 of the topic, in which there is a record for it. */
async function reading(authorizer?: Authorizer): Promise<GroupsForTests> {
  const broker = await GroupsForTests.start({}, 1, {}, authorizer);
  const join = { groupId: 'group', memberId: 'm', memberEpoch: 0, rackId: null };
  await broker.ask(shareGroupHeartbeat, 1, { ...join, subscribedTopicNames: ['topic'] });
  await fetched(broker, { topics: topicsOf(broker) });
  await broker.append(0);
  return broker;
}

const nothing = { error: 'NONE', partError: 'NONE', acquired: [] };

test('a member is given what came since its group began, once', async () => {
  const broker = await reading();
  expect(await fetched(broker, { shareSessionEpoch: 1 })).toEqual({ ...nothing, acquired: [[0, 0]] });
  expect(await fetched(broker, { shareSessionEpoch: 2 })).toEqual(nothing);
});

test('each request of a session has the next number, and a session that is not there has none', async () => {
  const broker = await reading();
  const refused = { ...nothing, error: 'INVALID_SHARE_SESSION_EPOCH' };
  expect(await fetched(broker, { shareSessionEpoch: 2 })).toEqual(refused);
  const unknown = await fetched(broker, { memberId: 'other', shareSessionEpoch: 1 });
  expect(unknown).toEqual({ ...nothing, error: 'SHARE_SESSION_NOT_FOUND' });
});

test('what a session that is closed had is given to the next', async () => {
  const broker = await reading();
  await fetched(broker, { shareSessionEpoch: 1 });
  expect(await fetched(broker, { shareSessionEpoch: -1 })).toEqual(nothing);
  const next = await fetched(broker, { memberId: 'other', topics: topicsOf(broker) });
  expect(next).toEqual({ ...nothing, acquired: [[0, 0]] });
});

test('a session gives back all that it took of memory when it is closed', async () => {
  const broker = await reading();
  expect(broker.cluster().accounts.fetchSessions.bytes).toBeGreaterThan(0);
  await fetched(broker, { shareSessionEpoch: -1 });
  expect(broker.cluster().accounts.fetchSessions.bytes).toBe(0);
});

test('one request says of a partition what it says in one place', async () => {
  const broker = await reading();
  await fetched(broker, { shareSessionEpoch: 1 });
  const said = [{ firstOffset: 0, lastOffset: 0, acknowledgeTypes: [1] }];
  const topics = [...topicsOf(broker, said), ...topicsOf(broker, said)];
  const request = { groupId: 'group', memberId: 'm', shareSessionEpoch: 2, isRenewAck: false, topics };
  const { body } = await broker.ask(shareAcknowledge, 2, request);
  expect(errorName(body?.errorCode ?? 0)).toBe('INVALID_REQUEST');
});

test('who may not read the topic is given nothing of it, and who may not read the group has no session', async () => {
  let denied = '';
  const authorizer: Authorizer = {
    allows: (_principal, _host, _operation, type) => type !== denied,
    allowsOnAny: () => true,
  };
  const broker = await reading(authorizer);
  denied = 'TOPIC';
  expect(await fetched(broker, { shareSessionEpoch: 1 })).toEqual({
    ...nothing,
    partError: 'TOPIC_AUTHORIZATION_FAILED',
  });
  denied = 'GROUP';
  const refused = { ...nothing, error: 'GROUP_AUTHORIZATION_FAILED' };
  expect(await fetched(broker, { shareSessionEpoch: 2 })).toEqual(refused);
});

test('a group of another cluster has nothing of this one, whatever ids it names', async () => {
  const broker = await reading();
  await broker.addCluster('lkc-b', {}, 1);
  expect(await fetched(broker, { shareSessionEpoch: 1 }, 'lkc-b')).toEqual({
    ...nothing,
    error: 'SHARE_SESSION_NOT_FOUND',
  });
  expect(await fetched(broker, { topics: topicsOf(broker) }, 'lkc-b')).toEqual({
    ...nothing,
    partError: 'UNKNOWN_TOPIC_ID',
  });
});
