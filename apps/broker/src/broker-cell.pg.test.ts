import { type Consumer, Kafka, logLevel, type Producer, type ProducerConfig } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// Three real brokers and a real client with its own defaults, while brokers die under it.

let cell: CellOfThree;
let kafka: Kafka;
beforeAll(async () => {
  cell = await CellOfThree.start(inject('redisUrl'));
  const { keyId, secret } = cell.credential;
  kafka = new Kafka({
    brokers: cell.addresses,
    sasl: { mechanism: 'plain', username: keyId, password: secret },
    logLevel: logLevel.NOTHING,
  });
}, 60_000);
afterAll(() => cell.close(), 60_000);

/**
 * Sends numbered records from four producers until it is told to stop; knows of each that was acknowledged. Each
 * producer has one record under way: after a lost answer this client gives the sequence number of the record to the
 * next one that waits, which the broker then takes for the same (sendMessages.js of kafkajs 2.2.4).
 */
class Sender {
  readonly acknowledged = new Map<string, number>();
  /** The longest time without an acknowledgement since `forget`. */
  pauseMs = 0;
  readonly #producers: readonly Producer[];
  readonly #topic: string;
  #sent = 0;
  #lastMs = performance.now();
  #isStopped = false;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(topic: string, config: ProducerConfig = {}) {
    this.#producers = Array.from({ length: 4 }, () => kafka.producer(config));
    this.#topic = topic;
  }

  async start(): Promise<void> {
    for (const producer of this.#producers) await producer.connect();
    this.#sending = Promise.all(this.#producers.map((producer) => this.#send(producer)));
  }

  forget(): void {
    this.pauseMs = 0;
    this.#lastMs = performance.now();
  }

  /** Resolves when that many more were acknowledged. */
  async more(count: number): Promise<void> {
    const enough = this.acknowledged.size + count;
    await expect.poll(() => this.acknowledged.size, { timeout: 30_000, interval: 5 }).toBeGreaterThan(enough);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#sending;
    for (const producer of this.#producers) await producer.disconnect();
  }

  async #send(producer: Producer): Promise<void> {
    while (!this.#isStopped) {
      const value = `record ${this.#sent++}`;
      const [placed] = await producer.send({ topic: this.#topic, acks: -1, messages: [{ value }] });
      this.acknowledged.set(value, Number(placed?.baseOffset));
      this.pauseMs = Math.max(this.pauseMs, performance.now() - this.#lastMs);
      this.#lastMs = performance.now();
    }
  }
}

/** Offsets by value, once everything that was acknowledged is among them. */
async function readAll(topic: string, acknowledged: ReadonlyMap<string, number>) {
  const consumer: Consumer = kafka.consumer({ groupId: `readers of ${topic}` });
  const found = new Map<string, number[]>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const value = String(message.value);
      found.set(value, [...(found.get(value) ?? []), Number(message.offset)]);
    },
  });
  const last = Math.max(...acknowledged.values());
  const isThere = () => [...found.values()].some((offsets) => offsets.includes(last));
  await expect.poll(isThere, { timeout: 30_000 }).toBe(true);
  await consumer.disconnect();
  return found;
}

async function notOnceAtTheirOffset(topic: string, acknowledged: ReadonlyMap<string, number>) {
  const found = await readAll(topic, acknowledged);
  return [...acknowledged].flatMap(([value, acknowledgedAt]) => {
    const foundAt = found.get(value) ?? [];
    return foundAt.length === 1 && foundAt[0] === acknowledgedAt ? [] : [{ value, acknowledgedAt, foundAt }];
  });
}

const isWhole = (topic: string) =>
  expect
    .poll(async () => (await cell.partition(topic)).isr.toSorted(), { timeout: 30_000 })
    .toEqual([1, 2, 3]);

test('a leader killed under load, three times: another leads, each acknowledged record is there once, and the ISR is full again', async () => {
  const topic = 'killed';
  await cell.createTopic(topic);
  const sender = new Sender(topic, { idempotent: true });
  await sender.start();
  for (let round = 0; round < 3; round++) {
    await sender.more(200);
    const { leader } = await cell.partition(topic);
    sender.forget();
    await cell.end(leader, 'SIGKILL');
    await sender.more(200);
    console.log(`round ${round}: ${Math.round(sender.pauseMs)} ms without an acknowledgement`);
    expect((await cell.partition(topic)).leader).not.toBe(leader);
    await cell.begin(leader);
    await isWhole(topic);
  }
  await sender.stop();
  expect(await notOnceAtTheirOffset(topic, sender.acknowledged)).toEqual([]);
}, 180_000);

test('all brokers killed at once under load: what was acknowledged is there once, and producing goes on', async () => {
  const topic = 'all-killed';
  await cell.createTopic(topic);
  const sender = new Sender(topic, { idempotent: true });
  await sender.start();
  await sender.more(300);
  await Promise.all([1, 2, 3].map((brokerId) => cell.end(brokerId, 'SIGKILL')));
  await Promise.all([1, 2, 3].map((brokerId) => cell.begin(brokerId)));
  await sender.more(300);
  await isWhole(topic);
  await sender.stop();
  expect(await notOnceAtTheirOffset(topic, sender.acknowledged)).toEqual([]);
}, 120_000);

test('leaders elected on request, and partitions added, under load: each acknowledged record is there once', async () => {
  const topic = 'asked';
  await cell.createTopic(topic);
  const { clusterId } = cell.credential;
  const { topicId } = (await cell.store.findTopic(clusterId, topic)) ?? { topicId: '' };
  const sender = new Sender(topic, { idempotent: true });
  await sender.start();
  for (let round = 0; round < 3; round++) {
    await sender.more(200);
    const preferred = (await cell.partition(topic)).replicas[0] ?? -1;
    expect(await cell.end(preferred, 'SIGTERM')).toBe(0);
    await cell.begin(preferred);
    await isWhole(topic);
    sender.forget();
    const partitions = [{ topicId, partition: 0 }];
    const [outcome] = await cell.store.electAsked({ clusterId, kind: 'preferred', partitions });
    expect(outcome).toMatchObject({ ok: true, value: { leader: preferred } });
    await sender.more(200);
    console.log(`round ${round}: ${Math.round(sender.pauseMs)} ms without an acknowledgement`);
    await isWhole(topic);
  }
  await sender.stop();
  expect(await notOnceAtTheirOffset(topic, sender.acknowledged)).toEqual([]);

  const admin = kafka.admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 7 }] });
  await admin.disconnect();
  const messages = Array.from({ length: 7 }, (_, partition) => ({ partition, value: 'new' }));
  // Whoever asks a broker that has not heard of them yet is told of fewer, and this client drops what is for others.
  const placed = async () => {
    const producer = kafka.producer();
    await producer.connect();
    const answers = await producer.send({ topic, acks: -1, messages });
    await producer.disconnect();
    return answers.map(({ partition }) => partition).toSorted();
  };
  await expect.poll(placed, { timeout: 10_000 }).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const rows = (await cell.store.findTopic(clusterId, topic))?.partitions ?? [];
  expect(rows.map(({ replicas }) => replicas.toSorted())).toEqual(rows.map(() => [1, 2, 3]));
}, 180_000);

test('brokers stopped and started one after the other: the client notices pauses only, and a group misses no record', async () => {
  const topic = 'rolling';
  await cell.createTopic(topic);
  // The defaults, as most people have them: without idempotence a repeated record may be there twice.
  const sender = new Sender(topic);
  await sender.start();
  const consumer = kafka.consumer({ groupId: 'through' });
  const offsets: number[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void offsets.push(Number(message.offset)) });
  for (const brokerId of [1, 2, 3]) {
    await sender.more(200);
    sender.forget();
    expect(await cell.end(brokerId, 'SIGTERM')).toBe(0);
    await cell.begin(brokerId);
    await isWhole(topic);
    await sender.more(200);
    console.log(`broker ${brokerId}: ${Math.round(sender.pauseMs)} ms without an acknowledgement`);
  }
  await sender.stop();
  const last = Math.max(...sender.acknowledged.values());
  await expect.poll(() => offsets.at(-1), { timeout: 30_000 }).toBeGreaterThanOrEqual(last);
  await consumer.disconnect();
  const seen = new Set(offsets);
  expect(Array.from({ length: last }, (_, offset) => offset).filter((offset) => !seen.has(offset))).toEqual(
    [],
  );
  const found = await readAll(topic, sender.acknowledged);
  const lost = [...sender.acknowledged].filter(([value, offset]) => !found.get(value)?.includes(offset));
  expect(lost).toEqual([]);
}, 180_000);
