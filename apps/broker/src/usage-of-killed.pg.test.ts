import { Kafka, KafkaJSError, logLevel, type Producer } from 'kafkajs';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// What brokers have counted of two topics, beside what lies in their logs, after kills under load.

const brokerIds = [1, 2, 3];
const topics = ['alone', 'replicated'];

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let cell: CellOfThree;
let kafka: Kafka;
beforeEach(async () => {
  cell = await CellOfThree.start(inject('redisUrl'));
  const { keyId: username, secret: password } = cell.credential;
  kafka = new Kafka({
    brokers: cell.addresses,
    sasl: { mechanism: 'plain', username, password },
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 200 },
  });
}, 60_000);
afterEach(() => cell.close(), 60_000);

/**
 * Sends to the topic, a batch after the other, until it is told to stop; resolves to how many records were acknowledged.
 * KafkaJS gives up where a connection ends while it signs in: what it was about to send may be in the log or not.
 */
async function sendUntil(
  producer: Producer,
  topic: string,
  state: { readonly isOver: boolean },
): Promise<number> {
  let acknowledged = 0;
  while (!state.isOver) {
    const messages = Array.from({ length: 20 }, (_, index) => ({
      value: `${topic} ${acknowledged + index}`,
    }));
    try {
      await producer.send({ topic, messages });
      acknowledged += messages.length;
    } catch (cause) {
      if (!(cause instanceof KafkaJSError)) throw cause;
      await sleep(100);
    }
  }
  return acknowledged;
}

test('what was written is counted to the record and once, though leaders are killed again and again', async () => {
  await cell.createTopic('alone', 1);
  await cell.createTopic('replicated');
  const producer = kafka.producer();
  await producer.connect();
  const state = { isOver: false };
  const sending = Promise.all(topics.map((topic) => sendUntil(producer, topic, state)));
  for (const topic of ['alone', 'replicated', 'alone', 'replicated']) {
    await sleep(1_500);
    const { leader } = await cell.partition(topic);
    await cell.end(leader, 'SIGKILL');
    await sleep(500);
    await cell.begin(leader);
  }
  state.isOver = true;
  const acknowledged = await sending;
  await producer.disconnect();
  await expect.poll(async () => (await cell.partition('replicated')).isr.length, { timeout: 30_000 }).toBe(3);
  const admin = kafka.admin();
  await admin.connect();
  const ends: number[] = [];
  for (const topic of topics) ends.push(Number((await admin.fetchTopicOffsets(topic))[0]?.high));
  await admin.disconnect();
  const counted = () =>
    topics.map((topic) => brokerIds.reduce((sum, id) => sum + cell.counted(id, topic, 'records_in'), 0));
  // Whoever came back counts from its log what it could not, and holds what it counted, in a few seconds.
  await expect.poll(counted, { timeout: 15_000 }).toEqual(ends);
  for (const [at, end] of ends.entries()) expect(end).toBeGreaterThanOrEqual(acknowledged[at] ?? Number.NaN);
  expect(brokerIds.map((id) => cell.text(id)).join('')).toContain('usage.recounted');
}, 120_000);
