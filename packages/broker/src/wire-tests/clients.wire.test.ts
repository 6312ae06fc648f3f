import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';

// Clients of other people, with their defaults, against the real process.

const run = promisify(execFile);
const directory = temporaryDirectory();
let broker: BrokerProcess;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
});
afterAll(async () => {
  await broker.stop();
  directory.remove();
});

const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat) console.log('skipped: kcat (librdkafka), because it is not installed');

describe.skipIf(!hasKcat)('kcat', () => {
  function kcat(args: readonly string[], input = ''): Promise<string> {
    const running = run('kcat', ['-b', broker.address, ...args], { timeout: 30_000 });
    running.child.stdin?.end(input);
    return running.then(({ stdout }) => stdout);
  }

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('produces and consumes with %s', async (codec) => {
    await kcat(['-P', '-t', `kcat-${codec}`, '-z', codec], lines.join('\n'));
    const read = await kcat(['-C', '-t', `kcat-${codec}`, '-o', 'beginning', '-e', '-q']);
    expect(read.trimEnd().split('\n')).toEqual(lines);
  });

  test('reads in a group and goes on where the group was', async () => {
    await kcat(['-P', '-t', 'kcat-group'], 'one\ntwo\n');
    const group = ['-G', 'kcat', 'kcat-group', '-X', 'auto.offset.reset=earliest', '-q'];
    expect(await kcat([...group, '-c', '2'])).toBe('one\ntwo\n');
    await kcat(['-P', '-t', 'kcat-group'], 'three\n');
    expect(await kcat([...group, '-c', '1'])).toBe('three\n');
  });
});

test('@platformatic/kafka: admin, idempotent producer, consumer group with committed offsets', async () => {
  const common = { clientId: 'platformatic', bootstrapBrokers: [broker.address] };
  const admin = new Admin(common);
  await admin.createTopics({ topics: ['platformatic'], partitions: 2, replicas: 1 });
  const producer = new Producer({ ...common, serializers: stringSerializers, idempotent: true });
  await producer.send({
    messages: lines.map((value) => ({ topic: 'platformatic', key: value, value })),
    acks: -1,
  });
  const consumer = new Consumer({ ...common, groupId: 'platformatic', deserializers: stringDeserializers });
  const stream = await consumer.consume({ topics: ['platformatic'], mode: 'earliest', autocommit: true });
  const read: string[] = [];
  for await (const message of stream) {
    read.push(message.value);
    if (read.length === lines.length) break;
  }
  expect(read.toSorted()).toEqual(lines.toSorted());
  await consumer.close(true);
  await producer.close();
  await admin.deleteTopics({ topics: ['platformatic'] });
  expect(await admin.listTopics()).not.toContain('platformatic');
  await admin.close();
});

test('kafkajs: admin, producer, consumer group with committed offsets', async () => {
  const kafka = new Kafka({ clientId: 'kafkajs', brokers: [broker.address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'kafkajs', numPartitions: 2 }], waitForLeaders: true });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: 'kafkajs', messages: lines.map((value) => ({ key: value, value })) });
  const consumer = kafka.consumer({ groupId: 'kafkajs' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['kafkajs'], fromBeginning: true });
  const read = new Set<string>();
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          read.add(message.value?.toString() ?? '');
          if (read.size === lines.length) resolve();
        },
      })
      .catch(reject);
  });
  expect([...read].toSorted()).toEqual(lines.toSorted());
  await consumer.disconnect();
  const committed = await admin.fetchOffsets({ groupId: 'kafkajs', topics: ['kafkajs'] });
  const sum = committed[0]?.partitions.reduce((total, { offset }) => total + Number(offset), 0);
  expect(sum).toBe(lines.length);
  await producer.disconnect();
  await admin.disconnect();
});

const classpath = kafkaToolsClasspath("Apache Kafka's Java clients");

test.skipIf(classpath === null)(
  "Apache Kafka's Java clients: admin, idempotent producer, group, offsets by time",
  async () => {
    const program = join(import.meta.dirname, 'KafkaClients.java');
    const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program, broker.address];
    const { stdout } = await run('java', java, { timeout: 100_000 });
    const found = '0 0 1 1 51 99 -1 99 0 100';
    expect(stdout.trim().split('\n')).toEqual([
      'created: 3',
      'again: TopicExistsException',
      'described: 3 true',
      'config: -1 DYNAMIC_TOPIC_CONFIG true',
      'cluster: 1',
      ...['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec) => `find ${codec}: ${found}`),
      'consumed: 3000',
      'resumed: 1',
      'offsets left: 2',
      'group left: 0',
      'group gone: GroupIdNotFoundException',
      'tooLarge: RecordTooLargeException',
      'deleted: false',
      'unknown: UnknownTopicOrPartitionException',
    ]);
  },
);
