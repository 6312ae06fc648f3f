import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { findCoordinatorApi } from '@weir/kafka-protocol/apis/10-find-coordinator';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { deleteTopicsApi } from '@weir/kafka-protocol/apis/20-delete-topics';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { alterPartitionReassignmentsApi } from '@weir/kafka-protocol/apis/45-alter-partition-reassignments';
import { listPartitionReassignmentsApi } from '@weir/kafka-protocol/apis/46-list-partition-reassignments';
import { errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coordinatorPartitions } from '../limits.ts';
import { temporaryDirectory } from '../testing/broker-process.ts';
import { CellForTests } from '../testing/cell-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { RawClient } from '../testing/raw-client.ts';

// Who may do what, as clients see it: over real sockets, against the store of a cell.

const directory = temporaryDirectory();
let cell: CellForTests;
let all: { key: string; secret: string };
let reader: { key: string; secret: string };
let other: { key: string; secret: string };
let hiddenId = '';

const everything = [
  {},
  { resourceType: 'GROUP' },
  { resourceType: 'CLUSTER', resourceName: 'kafka-cluster' },
] as const;

beforeAll(async () => {
  cell = await CellForTests.start(directory.path, { retentionIntervalMs: 300 });
  all = await cell.addCluster('lkc-all', everything);
  reader = await cell.addCluster('lkc-reader', [
    { patternType: 'PREFIXED', resourceName: 'open-', operation: 'READ' },
  ]);
  other = await cell.addCluster('lkc-other', everything, { connectionsMax: 2 });
  await cell.addTopic('lkc-all', 'open-topic');
  await cell.addTopic('lkc-reader', 'open-topic');
  await cell.addTopic('lkc-reader', 'closed-topic');
  hiddenId = (await cell.addTopic('lkc-other', 'hidden')).topicId;
});
afterAll(async () => {
  await cell.broker.stop();
  directory.remove();
});

async function plain(key: string, secret: string, mechanism = 'PLAIN') {
  const client = await RawClient.open(cell.broker.port);
  const shook = await client.request(saslHandshakeApi, 1, { mechanism });
  const authBytes = Buffer.from(`\0${key}\0${secret}`);
  const answer = shook?.errorCode === 0 ? await client.request(saslAuthenticateApi, 2, { authBytes }) : null;
  return { client, shook, answer };
}

async function signIn({ key, secret }: { key: string; secret: string }): Promise<RawClient> {
  const { client, answer } = await plain(key, secret);
  expect(answer?.errorCode).toBe(0);
  return client;
}

const produce = (name: string) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 1000,
  topicData: [{ name, partitionData: [{ index: 0, records: batchOf({ timestamp: Date.now() }) }] }],
});

async function produceError(client: RawClient, name: string): Promise<number | undefined> {
  const answer = await client.request(produceApi, 9, produce(name));
  return answer?.responses[0]?.partitionResponses[0]?.errorCode;
}

async function fetchError(client: RawClient, topic: string): Promise<number | undefined> {
  const answer = await client.request(fetchApi, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1000,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
    forgottenTopicsData: [],
  });
  return answer?.responses[0]?.partitions[0]?.errorCode;
}

async function metadataOf(client: RawClient, name: string) {
  const answer = await client.request(metadataApi, 12, {
    topics: [{ topicId: zeroUuid, name }],
    allowAutoTopicCreation: true,
  });
  return answer?.topics[0];
}

test('groups and transactions are loaded at the start, whether or not anybody asks for one: what is due expires', async () => {
  const loaded = () => cell.lines.filter((line) => line.startsWith('coordinator.loaded')).length;
  await expect.poll(loaded, { timeout: 10_000 }).toBe(2 * coordinatorPartitions);
});

test('a full cluster takes records again once retention has taken what is old, though nobody could write', async () => {
  const full = await cell.addCluster('lkc-full', everything, { storedBytesMax: 2_000 });
  await cell.addTopic('lkc-full', 'short', { 'retention.ms': '2000' });
  const client = await signIn(full);
  const outcome = () => produceError(client, 'short');
  await expect.poll(outcome, { interval: 20 }).toBe(errorCode('POLICY_VIOLATION'));
  await expect.poll(outcome, { timeout: 8_000, interval: 100 }).toBe(0);
  client.end();
});

test('a wrong secret, an unknown key and an expired one get the same answer, and no more', async () => {
  const expired = await cell.addKey('lkc-all', 'EXPIRED', { expiresAt: Date.now() - 1 });
  const answers: unknown[] = [];
  for (const [key, secret] of [
    [all.key, 'wrong'],
    ['NOBODY', 'wrong'],
    [expired.key, expired.secret],
  ] as const) {
    const { client, answer } = await plain(key, secret);
    answers.push(answer);
    await client.closed;
  }
  expect(answers[0]).toMatchObject({ errorCode: errorCode('SASL_AUTHENTICATION_FAILED') });
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect(cell.lines.join('\n')).not.toContain('secret of');
});

test('nothing but the handshake is answered before authentication', async () => {
  const client = await RawClient.open(cell.broker.port);
  expect(await client.request(metadataApi, 12, { topics: null, allowAutoTopicCreation: false })).toBeNull();
  await client.closed;
});

test('a mechanism that is not there is refused with the list of those that are', async () => {
  const { shook } = await plain(all.key, all.secret, 'GSSAPI');
  expect(shook?.errorCode).toBe(errorCode('UNSUPPORTED_SASL_MECHANISM'));
  expect(shook?.mechanisms).toEqual(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']);
});

test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
  'a real client signs in with %s and produces',
  async (mechanism) => {
    const producer = new Producer({
      clientId: 'sasl',
      bootstrapBrokers: [`127.0.0.1:${cell.broker.port}`],
      serializers: stringSerializers,
      sasl: { mechanism, username: all.key, password: all.secret },
      retries: 0,
    });
    const sent = await producer.send({ messages: [{ topic: 'open-topic', value: mechanism }], acks: -1 });
    expect(sent.offsets).toHaveLength(1);
    await producer.close();
  },
);

test('without a grant each API refuses with its own error, whether the thing exists or not', async () => {
  const client = await signIn(reader);
  const denied = errorCode('TOPIC_AUTHORIZATION_FAILED');
  for (const name of ['closed-topic', 'no-such-topic']) {
    expect(await produceError(client, name)).toBe(denied);
    expect(await fetchError(client, name)).toBe(denied);
    expect(await metadataOf(client, name)).toMatchObject({ errorCode: denied, partitions: [] });
  }
  expect(await fetchError(client, 'open-topic')).toBe(0);
  expect(await produceError(client, 'open-topic')).toBe(denied);
  const created = await client.request(createTopicsApi, 7, {
    topics: [{ name: 'new', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 1000,
    validateOnly: false,
  });
  expect(created?.topics[0]?.errorCode).toBe(denied);
  const deleted = await client.request(deleteTopicsApi, 6, {
    topics: [
      { name: 'open-topic', topicId: zeroUuid },
      { name: 'closed-topic', topicId: zeroUuid },
    ],
    timeoutMs: 1000,
  });
  expect(deleted?.responses.map((each) => each.errorCode)).toEqual([
    denied,
    errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
  ]);
  const found = await client.request(findCoordinatorApi, 4, { keyType: 0, coordinatorKeys: ['group'] });
  expect(found?.coordinators[0]?.errorCode).toBe(errorCode('GROUP_AUTHORIZATION_FAILED'));
  const begun = await client.request(initProducerIdApi, 4, {
    transactionalId: null,
    transactionTimeoutMs: 1000,
    producerId: -1,
    producerEpoch: -1,
  });
  expect(begun?.errorCode).toBe(errorCode('CLUSTER_AUTHORIZATION_FAILED'));
  client.end();
});

test('with every grant, what does not exist is unknown, and so is what another cluster has', async () => {
  const client = await signIn(all);
  const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  for (const name of ['hidden', 'no-such-topic']) {
    expect(await produceError(client, name)).toBe(unknown);
    expect(await fetchError(client, name)).toBe(unknown);
    expect(await metadataOf(client, name)).toMatchObject({ errorCode: unknown });
  }
  const byId = await client.request(metadataApi, 12, {
    topics: [{ topicId: hiddenId, name: null }],
    allowAutoTopicCreation: false,
  });
  expect(byId?.topics[0]).toMatchObject({ errorCode: errorCode('UNKNOWN_TOPIC_ID'), partitions: [] });
  const listed = await client.request(metadataApi, 12, { topics: null, allowAutoTopicCreation: false });
  expect(listed?.topics.map((topic) => topic.name)).toEqual(['open-topic']);
  client.end();
});

test('a revoked key ends its connections, and only its own', async () => {
  const second = await cell.addKey('lkc-all', 'SECOND');
  const [stays, goes] = [await signIn(all), await signIn(second)];
  await cell.metadata.removeCredential('SECOND');
  await goes.closed;
  expect((await plain(second.key, second.secret)).answer?.errorCode).toBe(
    errorCode('SASL_AUTHENTICATION_FAILED'),
  );
  expect(await produceError(stays, 'open-topic')).toBe(0);
  stays.end();
});

test('a key that is revoked while its secret is checked does not get in', async () => {
  const key = await cell.addKey('lkc-all', 'RACING');
  await signIn(key).then((client) => client.end());
  for (let round = 0; round < 5; round += 1) {
    const again = await cell.addKey('lkc-all', `RACING-${round}`);
    await signIn(again).then((client) => client.end());
    const signing = plain(again.key, again.secret);
    await cell.metadata.removeCredential(again.key);
    const { client } = await signing;
    // Refused at once, or let in before and cut off: it must not stay.
    await client.closed;
  }
});

test('who hangs up while his secret is checked takes no place among the connections of his cluster', async () => {
  for (let round = 0; round < 5; round += 1) {
    const client = await RawClient.open(cell.broker.port);
    await client.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
    void client.request(saslAuthenticateApi, 2, {
      authBytes: Buffer.from(`\0${other.key}\0${other.secret}`),
    });
    setImmediate(() => client.end());
    await client.closed;
  }
  const signedIn = async () => {
    const { client, answer } = await plain(other.key, other.secret);
    if (answer?.errorCode !== 0) client.end();
    return answer?.errorCode === 0 ? client : null;
  };
  const places: RawClient[] = [];
  await expect
    .poll(
      async () => {
        const client = await signedIn();
        if (client !== null) places.push(client);
        return places.length;
      },
      { timeout: 3_000, interval: 20 },
    )
    .toBe(2);
  const { answer } = await plain(other.key, other.secret);
  expect(answer?.errorMessage).toContain('connectionsMax');
  for (const client of places) client.end();
});

test('the directory of a deleted topic goes, and the name can be used anew', async () => {
  const { topicId } = await cell.addTopic('lkc-all', 'short-lived');
  const client = await signIn(all);
  await expect.poll(() => produceError(client, 'short-lived')).toBe(0);
  const path = join(directory.path, 'lkc-all', `${topicId}-0`);
  expect(existsSync(path)).toBe(true);
  await cell.metadata.deleteTopic('lkc-all', topicId);
  await expect.poll(() => existsSync(path)).toBe(false);
  await cell.addTopic('lkc-all', 'short-lived');
  await expect.poll(() => produceError(client, 'short-lived')).toBe(0);
  client.end();
});

test('a deleted cluster ends its connections, and its keys are as unknown as any', async () => {
  const gone = await cell.addCluster('lkc-gone', everything);
  const client = await signIn(gone);
  await cell.metadata.removeCluster('lkc-gone');
  await client.closed;
  expect((await plain(gone.key, gone.secret)).answer?.errorCode).toBe(
    errorCode('SASL_AUTHENTICATION_FAILED'),
  );
});

test('where replicas lie is not a tenant’s to say on a cell of many: its owner is refused and sees its own moves', async () => {
  const asked = (name: string, replicas: number[] | null) => ({
    topics: [{ name, partitions: [{ partitionIndex: 0, replicas }] }],
  });
  const owner = await signIn(all);
  for (const name of ['open-topic', 'hidden', 'nowhere']) {
    const answer = await owner.request(alterPartitionReassignmentsApi, 1, asked(name, [1]));
    const refused = errorCode('CLUSTER_AUTHORIZATION_FAILED');
    // Apache Kafka's own tool reports an answer that is too short where a partition is missing from it.
    const responses = [{ name, partitions: [{ partitionIndex: 0, errorCode: refused }] }];
    expect(answer).toMatchObject({ errorCode: refused, responses });
  }
  expect(await owner.request(listPartitionReassignmentsApi, 0, { topics: null })).toMatchObject({
    errorCode: 0,
    topics: [],
  });
  const guest = await signIn(reader);
  expect(await guest.request(listPartitionReassignmentsApi, 0, { topics: null })).toMatchObject({
    errorCode: errorCode('CLUSTER_AUTHORIZATION_FAILED'),
  });
  owner.end();
  guest.end();
});
