import { errorCode, errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { partitionChangesAtOnceMin } from '../limits.ts';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { createTopics } from './19-create-topics.ts';
import { deleteTopics } from './20-delete-topics.ts';
import { createPartitions } from './37-create-partitions.ts';

type Asked = Parameters<typeof createPartitions.handle>[1]['topics'][number];

async function begin(partitionsMax = 100) {
  const broker = await GroupsForTests.start({ partitionsMax }, 3);
  const request = (topics: readonly Asked[], validateOnly = false) => ({
    topics,
    timeoutMs: 1_000,
    validateOnly,
  });
  const ask = async (topics: readonly Asked[], validateOnly = false, version = 3) => {
    const { body } = await broker.ask(createPartitions, version, request(topics, validateOnly));
    return (body?.results ?? []).map(({ name, errorCode: code }) => [name, errorName(code)]);
  };
  const count = (count: number, name = 'topic', assignments: Asked['assignments'] = null) => ({
    name,
    count,
    assignments,
  });
  const topic = () => broker.cluster().topicsByName.get('topic');
  return { broker, ask, count, topic };
}

test('new partitions are led, and take records, the moment that the answer is there', async () => {
  const { ask, count, topic } = await begin();
  const kept = topic()?.hosted.get(2);
  expect(await ask([count(5)])).toEqual([['topic', 'NONE']]);
  expect([...(topic()?.hosted.keys() ?? [])]).toEqual([0, 1, 2, 3, 4]);
  expect(topic()?.hosted.get(4)?.isLeader).toBe(true);
  expect(topic()?.hosted.get(2)).toBe(kept);
});

test('a new partition is there after a restart of the broker', async () => {
  const { broker, ask, count, topic } = await begin();
  await ask([count(4)]);
  await broker.restart();
  expect(topic()?.hosted.get(3)?.isLeader).toBe(true);
});

test('what is wrong with a request is said in the words and the order of Apache Kafka', async () => {
  const { broker, ask, count } = await begin();
  expect(
    await ask([count(3), count(4, 'twice'), count(5, 'twice'), count(4, 'unknown'), count(4, 'no/name')]),
  ).toEqual([
    ['topic', 'INVALID_PARTITIONS'],
    ['twice', 'INVALID_REQUEST'],
    ['unknown', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['no/name', 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);
  for (const few of [2, 0, -1]) expect(await ask([count(few)])).toEqual([['topic', 'INVALID_PARTITIONS']]);
  const request = { topics: [count(3)], timeoutMs: 1_000, validateOnly: false };
  const { body } = await broker.ask(createPartitions, 3, request);
  expect(body?.results[0]?.errorMessage).toBe('Topic already has 3 partition(s).');
});

test.each([
  ['fewer than partitions', [[1]]],
  ['without replicas', [[], [1]]],
  ['with a broker twice', [[1, 1], [1]]],
  ['with an unknown broker', [[9], [1]]],
  ['with more replicas than the others', [[1, 2], [1]]],
])('an assignment by hand %s is refused', async (_, brokerIds) => {
  const { ask, count, topic } = await begin();
  const assignments = brokerIds.map((ids) => ({ brokerIds: ids }));
  expect(await ask([count(5, 'topic', assignments)])).toEqual([['topic', 'INVALID_REPLICA_ASSIGNMENT']]);
  expect(topic()?.record.partitions).toHaveLength(3);
});

test('an assignment by hand that could be is taken, and so is none at all', async () => {
  const { ask, count, topic } = await begin();
  const assignments = [{ brokerIds: [1] }, { brokerIds: [1] }];
  expect(await ask([count(5, 'topic', assignments)])).toEqual([['topic', 'NONE']]);
  expect(await ask([count(6, 'topic', null)])).toEqual([['topic', 'NONE']]);
  expect(topic()?.record.partitions).toHaveLength(6);
});

test('who may not ALTER a topic is told so, whether there is one or not', async () => {
  const { broker, ask, count, topic } = await begin();
  const grant = {
    clusterId: 'lkc-a',
    principal: 'User:sa-1',
    resourceType: 'TOPIC',
    patternType: 'LITERAL',
    resourceName: '*',
    permission: 'ALLOW',
    host: '*',
  } as const;
  broker.cluster().authorizer = new AclIndex([{ ...grant, operation: 'CREATE' }]);
  expect(await ask([count(5), count(5, 'unknown')])).toEqual([
    ['topic', 'TOPIC_AUTHORIZATION_FAILED'],
    ['unknown', 'TOPIC_AUTHORIZATION_FAILED'],
  ]);
  expect(topic()?.record.partitions).toHaveLength(3);
  broker.cluster().authorizer = new AclIndex([{ ...grant, operation: 'ALTER' }]);
  expect(await ask([count(5)])).toEqual([['topic', 'NONE']]);
});

test('a request that only validates changes nothing', async () => {
  const { ask, count, topic } = await begin();
  expect(await ask([count(5)], true)).toEqual([['topic', 'NONE']]);
  expect(await ask([count(500)], true)).toEqual([['topic', 'POLICY_VIOLATION']]);
  expect(topic()?.record.partitions).toHaveLength(3);
});

test('partitions that are made count against how many the cluster may make in a while, those that are refused do not', async () => {
  const max = 2 * partitionChangesAtOnceMin;
  const { broker, ask, count } = await begin(max);
  const { partitionChanges } = broker.cluster();
  for (let again = 0; again < 3; again++) {
    expect(await ask([count(max + 1)])).toEqual([['topic', 'POLICY_VIOLATION']]);
  }
  expect(await ask([count(max - 1)])).toEqual([['topic', 'NONE']]);
  expect(partitionChanges.isInDebt(broker.engine.clock.monotonicMs())).toBe(false);
  partitionChanges.charge(4, broker.engine.clock.monotonicMs());
  expect(await ask([count(max)])).toEqual([['topic', 'THROTTLING_QUOTA_EXCEEDED']]);
  // Earlier versions do not know of that error.
  expect(await ask([count(max)], false, 2)).toEqual([['topic', 'POLICY_VIOLATION']]);
  await broker.engine.pass(1_000);
  expect(await ask([count(max)])).toEqual([['topic', 'NONE']]);
});

test('who asks for far too many partitions may make some a while later', async () => {
  const { broker, ask, count } = await begin();
  const far = 2 ** 31 - 1;
  expect(await ask([count(far)])).toEqual([['topic', 'POLICY_VIOLATION']]);
  // As the limit of partitions is the store's to hold, it is asked.
  const topics = [{ name: 'far', numPartitions: far, replicationFactor: 1, assignments: [], configs: [] }];
  await broker.ask(createTopics, 7, { topics, timeoutMs: 1_000, validateOnly: false });
  await broker.engine.pass(10_000);
  expect(await ask([count(4)])).toEqual([['topic', 'NONE']]);
});

test('a store that does not answer is told as REQUEST_TIMED_OUT', async () => {
  const { broker, ask, count } = await begin();
  broker.metadata.createPartitions = () => Promise.reject(new StoreError('away'));
  expect(await ask([count(4)])).toEqual([['topic', 'REQUEST_TIMED_OUT']]);
  expect(errorCode('REQUEST_TIMED_OUT')).toBe(7);
});

test('a topic that was made is told as made, also where the store does not tell this broker of it at once', async () => {
  const { broker } = await begin();
  const asked = broker.metadata.changesSince.bind(broker.metadata);
  broker.metadata.changesSince = () => Promise.reject(new StoreError('away'));
  const topics = [{ name: 'made', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  const { body } = await broker.ask(createTopics, 7, { topics, timeoutMs: 1_000, validateOnly: false });
  expect(body?.topics[0]).toMatchObject({ name: 'made', errorCode: 0, numPartitions: 1 });
  broker.metadata.changesSince = asked;
  await broker.engine.pass(3_000);
  expect(broker.cluster().topicsByName.has('made')).toBe(true);
});

test.each([-(2 ** 31), 2 ** 31 - 1])(
  '%d partitions are refused, and cost no more than a question',
  async (numPartitions) => {
    const { broker } = await begin();
    const ask = async (name: string, count: number) => {
      const topics = [{ name, numPartitions: count, replicationFactor: 1, assignments: [], configs: [] }];
      const { body } = await broker.ask(createTopics, 7, { topics, timeoutMs: 1_000, validateOnly: false });
      return body?.topics[0]?.errorCode;
    };
    expect(await ask('topic', numPartitions)).not.toBe(0);
    expect(await ask('other', numPartitions)).not.toBe(0);
    expect(await ask('made', 1)).toBe(0);
  },
);

test('topics that are made and removed too fast are refused with an error that the version knows', async () => {
  const { broker } = await begin();
  broker.cluster().partitionChanges.charge(1_001, broker.engine.clock.monotonicMs());
  const topics = [{ name: 'made', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  const made = async (version: number) =>
    (await broker.ask(createTopics, version, { topics, timeoutMs: 1_000, validateOnly: false })).body
      ?.topics[0];
  const gone = async (version: number) =>
    (await broker.ask(deleteTopics, version, { topics: [], topicNames: ['topic'], timeoutMs: 1_000 })).body
      ?.responses[0];
  expect(errorName((await made(6))?.errorCode ?? -1)).toBe('THROTTLING_QUOTA_EXCEEDED');
  expect(errorName((await made(5))?.errorCode ?? -1)).toBe('POLICY_VIOLATION');
  expect(errorName((await gone(5))?.errorCode ?? -1)).toBe('THROTTLING_QUOTA_EXCEEDED');
  expect(errorName((await gone(4))?.errorCode ?? -1)).toBe('POLICY_VIOLATION');
});
