import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { compression } from '@weir/kafka-protocol/compression';
import { errorCode } from '@weir/kafka-protocol/errors';
import { batchBaseOffset, batchBytes, compressionType } from '@weir/kafka-protocol/record-batch';
import { decodeRecords, encodeBatch } from '@weir/kafka-protocol/records';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bomb } from '../testing/bomb-for-tests.ts';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { RawClient } from '../testing/raw-client.ts';

// The built process looks into batches with its worker threads.

const directory = temporaryDirectory();
let broker: BrokerProcess;
let client: RawClient;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
  client = await RawClient.open(broker.port);
}, 60_000);
afterAll(async () => {
  client.end();
  await broker.stop();
  directory.remove();
});

async function createTopic(name: string, configs: { name: string; value: string }[] = []) {
  const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs };
  await client.request(createTopicsApi, 7, { topics: [topic], timeoutMs: 30_000, validateOnly: false });
}

async function produce(topic: string, records: Buffer) {
  const answer = await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  return answer?.responses[0]?.partitionResponses[0];
}

async function offsetAt(topic: string, timestamp: number) {
  const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }];
  const body = { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] };
  const answer = await client.request(listOffsetsApi, 5, body);
  return answer?.topics[0]?.partitions[0];
}

/** Keyed records, compressed, so many. */
function keyed(count: number, timestamp: number): Buffer {
  const records = Array.from({ length: count }, (_, index) => ({
    timestamp: timestamp + index,
    key: Buffer.from('key'),
    value: Buffer.alloc(100),
  }));
  return encodeBatch({ compressionType: 'zstd', records }, compression);
}

test('a compacted topic takes compressed batches with keys, in the order in which they were sent', async () => {
  await createTopic('compacted', [{ name: 'cleanup.policy', value: 'compact' }]);
  const now = Date.now();
  // One connection, all requests at once: the second needs no worker, and still comes second.
  const answers = await Promise.all([
    produce('compacted', keyed(5_000, now)),
    produce('compacted', batchOf({ count: 1, timestamp: now })),
    produce('compacted', keyed(2, now)),
  ]);
  expect(answers.map((answer) => [answer?.errorCode, Number(answer?.baseOffset)])).toEqual([
    [0, 0],
    [0, 5_000],
    [0, 5_001],
  ]);
});

test('a compacted topic refuses records without a key, and more plain bytes than it looks into', async () => {
  const keyless = await produce('compacted', bomb(10, Date.now()));
  expect(keyless?.errorCode).toBe(errorCode('INVALID_RECORD'));
  const answer = await produce('compacted', bomb(100_000_000, Date.now()));
  expect(answer?.errorCode).toBe(errorCode('MESSAGE_TOO_LARGE'));
  expect(answer?.errorMessage).toContain('without compression');
});

test('a look-up by time finds the record in a compressed batch, and in one too large to look into the batch', async () => {
  await createTopic('times');
  const now = Date.now();
  await produce('times', keyed(1_000, now - 60_000));
  await produce('times', bomb(100_000_000, now));
  expect(await offsetAt('times', now - 59_500)).toMatchObject({ errorCode: 0, offset: 500 });
  expect(await offsetAt('times', now)).toMatchObject({ errorCode: 0, offset: 1_000 });
});

async function storedOf(topic: string) {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 10_000_000 }];
  const body = { maxWaitMs: 0, minBytes: 0, maxBytes: 10_000_000, forgottenTopicsData: [] };
  const answer = await client.request(fetchApi, 12, { ...body, topics: [{ topic, partitions }] });
  const bytes = answer?.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
  const found = [];
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
    const values = decodeRecords(bytes, at, { compression }).map(({ value }) => value?.length);
    found.push([batchBaseOffset(bytes, at), compressionType(bytes, at), values]);
  }
  return found;
}

test.each([
  ['zstd', 'zstd'],
  ['gzip', 'gzip'],
  ['snappy', 'snappy'],
  ['lz4', 'lz4'],
  ['uncompressed', 'none'],
  ['producer', null],
] as const)('a topic whose compression.type is %s keeps batches so, in their order', async (value, kept) => {
  const topic = `kept-${value}`;
  await createTopic(topic, [{ name: 'compression.type', value }]);
  const now = Date.now();
  const came = ['none', 'zstd', 'gzip', 'none'] as const;
  const answers = await Promise.all(
    came.map((compressionType, at) => {
      const record = { timestamp: now, key: null, value: Buffer.alloc(1_000 + at) };
      return produce(topic, encodeBatch({ compressionType, records: [record, record] }, compression));
    }),
  );
  expect(answers.map((answer) => [answer?.errorCode, Number(answer?.baseOffset)])).toEqual([
    [0, 0],
    [0, 2],
    [0, 4],
    [0, 6],
  ]);
  expect(await storedOf(topic)).toEqual(
    came.map((type, at) => [2 * at, kept ?? type, [1_000 + at, 1_000 + at]]),
  );
});

test('a batch that its topic wants without compression is refused where that makes it too large, and a bomb likewise', async () => {
  await createTopic('plain', [
    { name: 'compression.type', value: 'uncompressed' },
    { name: 'max.message.bytes', value: '2000' },
  ]);
  const record = { timestamp: Date.now(), key: null, value: Buffer.alloc(5_000) };
  for (const batch of [
    encodeBatch({ compressionType: 'zstd', records: [record] }, compression),
    bomb(1_000_000),
  ]) {
    const answer = await produce('plain', batch);
    expect(answer?.errorCode).toBe(errorCode('MESSAGE_TOO_LARGE'));
    expect(answer?.errorMessage).toContain('compression.type');
  }
  expect(await storedOf('plain')).toEqual([]);
});

test('a producer that repeats a batch that was compressed for it hears of the first one', async () => {
  await createTopic('repeated', [{ name: 'compression.type', value: 'zstd' }]);
  const identity = await client.request(initProducerIdApi, 4, {
    transactionalId: null,
    transactionTimeoutMs: 0,
  });
  const producer = { producerId: Number(identity?.producerId), producerEpoch: 0, baseSequence: 0 };
  const record = { timestamp: Date.now(), key: null, value: Buffer.alloc(5_000) };
  const batch = () => encodeBatch({ records: [record], ...producer }, compression);
  expect(await produce('repeated', batch())).toMatchObject({ errorCode: 0, baseOffset: 0 });
  expect(await produce('repeated', batch())).toMatchObject({ errorCode: 0, baseOffset: 0 });
  expect(await storedOf('repeated')).toEqual([[0, 'zstd', [5_000]]]);
});
