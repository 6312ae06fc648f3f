import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';

// Clients of other people, running while their topic gets more partitions. They look for what is new each second
// instead of each five minutes; the rest is as it comes.

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

test('kafkajs: a producer and a group that run use the partitions that are added', async () => {
  const kafka = new Kafka({ clientId: 'kafkajs', brokers: [broker.address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ metadataMaxAge: 1_000 });
  const consumer = kafka.consumer({ groupId: 'kafkajs', metadataMaxAge: 1_000 });
  await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
  await admin.createTopics({ topics: [{ topic: 'kafkajs', numPartitions: 2 }], waitForLeaders: true });
  await consumer.subscribe({ topics: ['kafkajs'], fromBeginning: true });
  const read = { partitions: new Set<number>(), values: new Set<string>() };
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      read.partitions.add(partition);
      read.values.add(message.value?.toString() ?? '');
    },
  });
  const sent: string[] = [];
  const sendUntilReadFrom = async (partitionCount: number) => {
    await expect
      .poll(
        async () => {
          const values = Array.from({ length: 20 }, (_, at) => `value ${sent.length + at}`);
          if (read.partitions.size < partitionCount) {
            sent.push(...values);
            await producer.send({
              topic: 'kafkajs',
              messages: values.map((value) => ({ key: value, value })),
            });
          }
          return [read.partitions.size, read.values.size - sent.length];
        },
        { timeout: 60_000, interval: 200 },
      )
      .toEqual([partitionCount, 0]);
  };
  await sendUntilReadFrom(2);
  await admin.createPartitions({ topicPartitions: [{ topic: 'kafkajs', count: 5 }] });
  await sendUntilReadFrom(5);
  await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()]);
});

const classpath = kafkaToolsClasspath("Apache Kafka's Java clients");

test.skipIf(classpath === null)(
  "Apache Kafka's Java clients: use partitions that are added, and are told sizes and elections",
  async () => {
    const program = join(import.meta.dirname, 'KafkaPartitions.java');
    const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program, broker.address];
    const { stdout } = await run('java', java, { timeout: 110_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'before: [0, 1] true',
      'same: InvalidPartitionsException',
      'fewer: InvalidPartitionsException',
      'unknown: UnknownTopicOrPartitionException',
      'misassigned: InvalidReplicaAssignmentException',
      'validated: none 2',
      'grown: none 4',
      'after: [0, 1, 2, 3] true',
      'filled in /kafka-logs: 4 false',
      'elected: ElectionNotNeededException',
      'unclean: ElectionNotNeededException',
      'all: 0',
    ]);
  },
);
