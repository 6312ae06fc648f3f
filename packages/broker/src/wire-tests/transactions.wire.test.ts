import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { addPartitionsToTxnApi } from '@weir/kafka-protocol/apis/24-add-partitions-to-txn';
import { endTxnApi } from '@weir/kafka-protocol/apis/26-end-txn';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { dumpableFiles, dumpLogSegments, kafkaToolsClasspath, problemsIn } from '../testing/kafka-tools.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { RawClient } from '../testing/raw-client.ts';

const run = promisify(execFile);
const directory = temporaryDirectory();
let broker: BrokerProcess;
let client: RawClient;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
  client = await RawClient.open(broker.port);
  const topic = { name: 'raw', numPartitions: 6, replicationFactor: 1, assignments: [], configs: [] };
  await client.request(createTopicsApi, 7, { topics: [topic], timeoutMs: 30_000, validateOnly: false });
}, 60_000);
afterAll(async () => {
  client.end();
  await broker.stop();
  directory.remove();
});

const classpath = kafkaToolsClasspath("Apache Kafka's Java clients");

test.skipIf(classpath === null)(
  "Apache Kafka's Java clients: commit, abort, fence, time out, and copy each record once",
  async () => {
    const program = join(import.meta.dirname, 'KafkaTransactions.java');
    const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program, broker.address, 'java', '1'];
    const { stdout } = await run('java', java, { timeout: 110_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'features: FinalizedVersionRange[min_version_level:2, max_version_level:2]',
      'uncommitted while open: 18 9',
      'committed: 27 true',
      'all: 54',
      'zombie: InvalidProducerEpochException',
      'after fencing: true false',
      'held back: false',
      'released: true',
      'timed out: ProducerFencedException',
      'never seen: false',
      'offset: 100',
      'copied: 100 100 true',
      'listed: [Ongoing]',
      'described: Ongoing true 60000',
      'its producer: true',
      'aborted by hand: none',
      'nothing hangs: true',
      'nor is seen: false',
    ]);
  },
);

test('kafkajs: of what was written a reader sees what was committed, and a group goes on from there', async () => {
  const kafka = new Kafka({ clientId: 'kafkajs', brokers: [broker.address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ transactionalId: 'kafkajs', maxInFlightRequests: 1, idempotent: true });
  const consumer = kafka.consumer({ groupId: 'kafkajs-reader' });
  await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
  await admin.createTopics({ topics: [{ topic: 'kafkajs', numPartitions: 1 }], waitForLeaders: true });
  for (const isCommit of [true, false, true]) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'kafkajs', messages: [{ value: String(isCommit) }] });
    const topics = [{ topic: 'kafkajs', partitions: [{ partition: 0, offset: isCommit ? '7' : '9' }] }];
    await transaction.sendOffsets({ consumerGroupId: 'kafkajs-group', topics });
    await (isCommit ? transaction.commit() : transaction.abort());
  }
  const read: string[] = [];
  await consumer.subscribe({ topics: ['kafkajs'], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      read.push(message.value?.toString() ?? '');
    },
  });
  await expect.poll(() => read, { timeout: 30_000 }).toEqual(['true', 'true']);
  const committed = () => admin.fetchOffsets({ groupId: 'kafkajs-group', topics: ['kafkajs'] });
  await expect.poll(async () => (await committed())[0]?.partitions[0]?.offset, { timeout: 10_000 }).toBe('7');
  await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()]);
});

/** A producer that says each request by itself, so that the broker can be killed between any two. */
class RawProducer {
  readonly transactionalId: string;
  readonly partition: number;
  id = -1;
  epoch = -1;
  #sequence = 0;

  constructor(transactionalId: string, partition: number) {
    this.transactionalId = transactionalId;
    this.partition = partition;
  }

  async init(): Promise<ErrorName> {
    const { transactionalId } = this;
    const ask = { transactionalId, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 };
    const answer = await client.request(initProducerIdApi, 4, ask);
    const error = errorName(answer?.errorCode ?? -1);
    if (error !== 'NONE' || answer === null) return error;
    this.id = answer.producerId ?? -1;
    this.epoch = answer.producerEpoch;
    this.#sequence = 0;
    return 'NONE';
  }

  async add(): Promise<ErrorName> {
    const answer = await client.request(addPartitionsToTxnApi, 3, {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: this.id,
      v3AndBelowProducerEpoch: this.epoch,
      v3AndBelowTopics: [{ name: 'raw', partitions: [this.partition] }],
    });
    return errorName(answer?.resultsByTopicV3AndBelow?.[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1);
  }

  async write(): Promise<ErrorName> {
    const { id: producerId, epoch: producerEpoch, partition: index, transactionalId } = this;
    const ofProducer = { producerId, producerEpoch, baseSequence: this.#sequence, isTransactional: true };
    const records = batchOf({ timestamp: Date.now(), ...ofProducer });
    const answer = await client.request(produceApi, 9, {
      transactionalId,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: 'raw', partitionData: [{ index, records }] }],
    });
    const error = errorName(answer?.responses[0]?.partitionResponses[0]?.errorCode ?? -1);
    if (error === 'NONE') this.#sequence += 1;
    return error;
  }

  async end(committed: boolean): Promise<ErrorName> {
    const { transactionalId, id: producerId, epoch: producerEpoch } = this;
    const answer = await client.request(endTxnApi, 3, {
      transactionalId,
      producerId,
      producerEpoch,
      committed,
    });
    return errorName(answer?.errorCode ?? -1);
  }

  /** Where the partition ends for readers of all records, and of committed ones. */
  async ends(): Promise<readonly number[]> {
    const ends: number[] = [];
    for (const isolationLevel of [0, 1]) {
      const partitions = [{ partitionIndex: this.partition, timestamp: -1 }];
      const topics = [{ name: 'raw', partitions }];
      const answer = await client.request(listOffsetsApi, 5, { replicaId: -1, isolationLevel, topics });
      ends.push(answer?.topics[0]?.partitions[0]?.offset ?? -1);
    }
    return ends;
  }
}

/** Until the coordinator, which has just started or has an end under way, says something else. */
async function eventually(ask: () => Promise<ErrorName>): Promise<ErrorName> {
  const passing: readonly ErrorName[] = [
    'CONCURRENT_TRANSACTIONS',
    'COORDINATOR_LOAD_IN_PROGRESS',
    'COORDINATOR_NOT_AVAILABLE',
    'NOT_ENOUGH_REPLICAS',
  ];
  for (let left = 200; ; left -= 1) {
    const error = await ask();
    if (left === 0 || !passing.includes(error)) return error;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function killAndStart(): Promise<void> {
  client.end();
  await broker.stop('SIGKILL');
  broker = await BrokerProcess.start(directory.path);
  client = await RawClient.open(broker.port);
}

test('a broker that is killed goes on with what is open', async () => {
  const producer = new RawProducer('open', 0);
  expect(await eventually(() => producer.init())).toBe('NONE');
  expect(await producer.write()).toBe('INVALID_TXN_STATE');
  expect(await producer.add()).toBe('NONE');
  expect(await producer.write()).toBe('NONE');
  await killAndStart();
  expect(await producer.ends()).toEqual([1, 0]);
  expect(await eventually(() => producer.write())).toBe('NONE');
  expect(await eventually(() => producer.end(true))).toBe('NONE');
  await expect.poll(() => producer.ends()).toEqual([3, 3]);
});

test.each([true, false])(
  'a broker that is killed once a transaction is decided ends it (commit: %s)',
  async (isCommit) => {
    const producer = new RawProducer(`decided-${isCommit}`, isCommit ? 1 : 2);
    await eventually(() => producer.init());
    expect(await eventually(() => producer.add())).toBe('NONE');
    expect(await producer.write()).toBe('NONE');
    expect(await producer.end(isCommit)).toBe('NONE');
    await killAndStart();
    expect(await eventually(() => producer.end(isCommit))).toBe('NONE');
    // A marker more, where the first was written and its coordinator did not hear of it.
    await expect.poll(async () => new Set(await producer.ends()).size).toBe(1);
    expect(await eventually(() => producer.add())).toBe('NONE');
    expect(await eventually(() => producer.write())).toBe('NONE');
    expect(await eventually(() => producer.end(!isCommit))).toBe('NONE');
  },
);

test('a producer that was fenced before the broker was killed is fenced behind it', async () => {
  const producer = new RawProducer('fenced', 3);
  await eventually(() => producer.init());
  await producer.add();
  expect(await producer.write()).toBe('NONE');
  const next = new RawProducer('fenced', 3);
  expect(await next.init()).toBe('CONCURRENT_TRANSACTIONS');
  await killAndStart();
  expect(await eventually(() => next.init())).toBe('NONE');
  expect(await producer.write()).toBe('INVALID_PRODUCER_EPOCH');
  expect(await eventually(() => producer.end(true))).toBe('PRODUCER_FENCED');
  await expect.poll(async () => new Set(await producer.ends()).size).toBe(1);
});

test.skipIf(classpath === null)(
  "Apache Kafka's DumpLogSegments finds nothing wrong with what is left",
  async () => {
    await broker.stop();
    const directories = readdirSync(directory.path, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !path.startsWith('cell') && statSync(join(directory.path, path)).isDirectory(),
    );
    const files = directories.flatMap((path) => dumpableFiles(join(directory.path, path)));
    expect(files.some((file) => file.endsWith('.txnindex'))).toBe(true);
    const dump = dumpLogSegments(classpath ?? '', files);
    expect(dump).toContain('isControl: true');
    expect(problemsIn(dump)).toEqual([]);
    broker = await BrokerProcess.start(directory.path);
    client = await RawClient.open(broker.port);
  },
);
