import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { errorCode } from '@weir/kafka-protocol/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { RawClient } from '../testing/raw-client.ts';

const directory = temporaryDirectory();
let broker: BrokerProcess;
let client: RawClient;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
  client = await RawClient.open(broker.port);
  const topic = { name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await client.request(createTopicsApi, 7, { topics: [topic], timeoutMs: 30_000, validateOnly: false });
}, 60_000);
afterAll(async () => {
  client.end();
  await broker.stop();
  directory.remove();
});

async function newProducer() {
  const body = { transactionalId: null, transactionTimeoutMs: 0, producerId: -1, producerEpoch: -1 };
  const answer = await client.request(initProducerIdApi, 3, body);
  if (answer === null) throw new Error('the connection ended');
  return { id: Number(answer.producerId), throttleTimeMs: answer.throttleTimeMs };
}

async function produce(producerId: number, baseSequence: number) {
  const records = batchOf({ timestamp: Date.now(), producerId, producerEpoch: 0, baseSequence });
  const answer = await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
  });
  return answer?.responses[0]?.partitionResponses[0]?.errorCode;
}

test('takes batches of producers that were given their ids, also by its last life, and of no others', async () => {
  const { id } = await newProducer();
  const idle = await newProducer();
  expect(await produce(id, 0)).toBe(0);
  expect(await produce(1_000_000_000, 0)).toBe(errorCode('UNKNOWN_PRODUCER_ID'));
  client.end();
  await broker.stop('SIGKILL');
  broker = await BrokerProcess.start(directory.path);
  client = await RawClient.open(broker.port);
  expect(await produce(id, 1)).toBe(0);
  expect(await produce(idle.id, 0)).toBe(0);
  expect(await produce(1_000_000_000, 0)).toBe(errorCode('UNKNOWN_PRODUCER_ID'));
});

test('whoever asks for hundreds of ids at once is slowed down, and gets a new one each time', async () => {
  const asked: { id: number; throttleTimeMs: number }[] = [];
  while (asked.length < 300 && (asked.at(-1)?.throttleTimeMs ?? 0) === 0) asked.push(await newProducer());
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.at(-1)?.throttleTimeMs).toBeGreaterThan(0);
  expect(new Set(asked.map((producer) => producer.id)).size).toBe(asked.length);
});
