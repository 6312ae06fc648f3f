import { migrateCell } from '@weir/db/migrate-cell';
import { ReplicatedPostgres } from '@weir/testing/replicated-postgres';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// Three real brokers whose store is a Postgres with a synchronous standby, and the URL of both.

let servers: ReplicatedPostgres;
let cell: CellOfThree;

beforeAll(async () => {
  servers = await ReplicatedPostgres.start();
  const database = { url: servers.url, drop: async () => undefined };
  cell = await CellOfThree.start(inject('redisUrl'), undefined, database);
}, 90_000);
afterAll(async () => {
  await cell.close();
  await servers.stop();
}, 60_000);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function kafka(): Kafka {
  const { keyId, secret } = cell.credential;
  const sasl = { mechanism: 'plain' as const, username: keyId, password: secret };
  return new Kafka({ brokers: cell.addresses, sasl, logLevel: logLevel.NOTHING });
}

const waitMsMax = 40_000;

/** Does it again and again until it is told to end; resolves with what succeeded. */
function repeat<T>(work: (at: number) => Promise<T>) {
  const done: T[] = [];
  let isOver = false;
  let problem: unknown = null;
  const ended = (async () => {
    for (let at = 0; !isOver; at += 1) {
      await work(at).then(
        (value) => void done.push(value),
        (cause: unknown) => {
          problem = cause;
          return pause(100);
        },
      );
    }
  })();
  const end = async () => {
    isOver = true;
    await ended;
    return done;
  };
  const until = async (count: number) => {
    for (const untilMs = performance.now() + waitMsMax; done.length < count; ) {
      if (performance.now() > untilMs)
        throw new Error(`${done.length} of ${count} succeeded within ${waitMsMax} ms`, { cause: problem });
      await pause(20);
    }
  };
  return { done, end, until };
}

/** All values of a topic's only partition, in order. */
async function valuesOf(topic: string, count: number): Promise<string[]> {
  const consumer = kafka().consumer({ groupId: 'reader' });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  while (values.length < count) await pause(20);
  await consumer.disconnect();
  return values;
}

test('when the primary dies records go on, the promoted one is found, and it decides on from where the other was', async () => {
  await cell.createTopic('orders');
  const producer = kafka().producer({ retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 100 } });
  await producer.connect();
  const sends = repeat(async (at) => {
    await producer.send({ topic: 'orders', acks: -1, messages: [{ value: String(at) }] });
    return String(at);
  });
  const topics = repeat(async (at) => {
    await cell.createTopic(`topic-${at}`);
    // The tenant may have a hundred partitions.
    await pause(400);
    return `topic-${at}`;
  });
  await Promise.all([sends.until(50), topics.until(5)]);

  servers.killPrimary();
  const sentBefore = sends.done.length;
  await sends.until(sentBefore + 50);
  const { version } = await cell.store.changesSince(0).catch(() => ({ version: 0 }));
  expect(version).toBe(0);
  await servers.promoteStandby();
  const madeBefore = topics.done.length;
  await topics.until(madeBefore + 5);

  // Whoever leads goes as well: the new primary has another one elected.
  const { leader, leaderEpoch } = await cell.partition('orders');
  await cell.end(leader, 'SIGKILL');
  await sends.until(sends.done.length + 50);
  const after = await cell.partition('orders');
  expect(after.leader).not.toBe(leader);
  expect(after.leaderEpoch).toBeGreaterThan(leaderEpoch);

  const [sent, made] = [await sends.end(), await topics.end()];
  await producer.disconnect();
  // What was made while one broker was gone has two.
  for (const name of made) expect((await cell.partition(name)).replicas.length).toBeGreaterThan(1);
  const there = new Set(await valuesOf('orders', sent.length));
  expect(sent.filter((value) => !there.has(value))).toEqual([]);
  for (const brokerId of [1, 2, 3]) expect(cell.text(brokerId)).not.toMatch(/set-back|below-high-watermark/);
}, 90_000);

test('migrations find the server that takes writes', async () => {
  expect(await migrateCell(servers.url, 'cell_local')).toEqual([]);
});
