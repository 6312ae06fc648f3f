import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { describeTopicPartitions } from './75-describe-topic-partitions.ts';

type Asked = Parameters<typeof describeTopicPartitions.handle>[1];

/** Topics `a` of 3, `b` of 2 and `topic` of 4 partitions. */
async function begin() {
  const broker = await GroupsForTests.start({}, 4);
  for (const [name, partitionCount] of [
    ['b', 2],
    ['a', 3],
  ] as const) {
    const asked = { clusterId: 'lkc-a', name, partitionCount, replicationFactor: 1, configs: {} };
    await broker.metadata.createTopic({ ...asked, validateOnly: false });
  }
  await broker.engine.run(broker.cell.catchUp());
  const ask = async (names: readonly string[], limit = 2_000, cursor: Asked['cursor'] = null) => {
    const topics = names.map((name) => ({ name }));
    const request = { topics, responsePartitionLimit: limit, cursor };
    const { body } = await broker.ask(describeTopicPartitions, 0, request);
    return {
      topics: (body?.topics ?? []).map(
        ({ name, errorCode, partitions }) =>
          `${name} ${errorName(errorCode)} ${partitions.map((each) => each.partitionIndex).join()}`,
      ),
      nextCursor: body?.nextCursor ?? null,
      body,
    };
  };
  return { broker, ask };
}

test('pages follow each other over all topics, and every partition is on one of them', async () => {
  const { ask } = await begin();
  const pages: string[][] = [];
  let cursor: Asked['cursor'] = null;
  do {
    const page: Awaited<ReturnType<typeof ask>> = await ask([], 2, cursor);
    pages.push(page.topics);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(pages).toEqual([
    ['a NONE 0,1'],
    ['a NONE 2', 'b NONE 0'],
    ['b NONE 1', 'topic NONE 0'],
    ['topic NONE 1,2'],
    ['topic NONE 3'],
  ]);
});

test('a page that ends with a topic goes on with the first partition of the next one', async () => {
  const { ask } = await begin();
  expect((await ask([], 3)).nextCursor).toEqual({ topicName: 'b', partitionIndex: 0 });
  expect((await ask([], 9)).nextCursor).toBeNull();
  // Kafka answers one partition at least.
  expect((await ask([], 0)).topics).toEqual(['a NONE 0']);
  expect((await ask([], -5)).topics).toEqual(['a NONE 0']);
});

test('a cursor at a topic that is gone goes on behind it, from the first partition', async () => {
  const { ask } = await begin();
  const cursor = { topicName: 'aa', partitionIndex: 1 };
  expect((await ask([], 2_000, cursor)).topics).toEqual(['b NONE 0,1', 'topic NONE 0,1,2,3']);
  expect((await ask(['b'], 2_000, { topicName: 'b', partitionIndex: -1 })).topics).toEqual([
    'b INVALID_REQUEST ',
  ]);
  expect((await ask(['b'], 2_000, { topicName: 'b', partitionIndex: 7 })).topics).toEqual(['b NONE ']);
});

test('of topics that are named each is answered once, with what is wrong about it', async () => {
  const { ask } = await begin();
  expect((await ask(['topic', 'a', 'a', 'no/name', 'unknown'])).topics).toEqual([
    'a NONE 0,1,2',
    'no/name INVALID_TOPIC_EXCEPTION ',
    'topic NONE 0,1,2,3',
    'unknown UNKNOWN_TOPIC_OR_PARTITION ',
  ]);
});

test('who may not DESCRIBE a topic learns of it only that he may not', async () => {
  const { broker, ask } = await begin();
  broker.cluster().authorizer = new AclIndex([
    {
      principal: 'User:sa-1',
      resourceType: 'TOPIC',
      patternType: 'LITERAL',
      resourceName: 'a',
      operation: 'READ',
      permission: 'ALLOW',
      host: '*',
    },
  ]);
  expect((await ask([])).topics).toEqual(['a NONE 0,1,2']);
  expect((await ask(['a', 'b', 'unknown'])).topics.toSorted()).toEqual([
    'a NONE 0,1,2',
    'b TOPIC_AUTHORIZATION_FAILED ',
    'unknown TOPIC_AUTHORIZATION_FAILED ',
  ]);
});

test('replicas that may lead are told, and which of them are away', async () => {
  const { ask } = await begin();
  const { body } = await ask(['a']);
  expect(body?.topics[0]?.partitions[0]).toEqual({
    errorCode: 0,
    partitionIndex: 0,
    leaderId: 1,
    leaderEpoch: 0,
    replicaNodes: [1],
    isrNodes: [1],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: [],
  });
});
