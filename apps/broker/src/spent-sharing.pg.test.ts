import { randomBytes } from 'node:crypto';
import { accepted } from '@weir/metadata-store/conformance-fixtures';
import type { BudgetRecord } from '@weir/metadata-store/restraints';
import { Kafka, KafkaJSProtocolError, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';
import { tenant } from './testing/furnish-tenant.ts';

// Three real brokers that use up what one limit on spending leaves, with nobody but the cell's store.

const topic = 'paid';
const mebibyte = 1024 * 1024;
const microsPerMebibyte = 1_000;
/** What each partition is sent in a second. */
const mebibytesPerSecond = 2;
const { clusterId } = tenant;

let cell: CellOfThree;
let producer: Producer;
beforeAll(async () => {
  cell = await CellOfThree.start(inject('redisUrl'));
  // A partition on each broker.
  const asked = { clusterId, name: topic, partitionCount: 3, replicationFactor: 1, configs: {} };
  const { partitions } = accepted(await cell.store.createTopic({ ...asked, validateOnly: false }));
  expect(partitions.map(({ leader }) => leader).toSorted()).toEqual([1, 2, 3]);
  const sasl = { mechanism: 'plain' as const, username: tenant.keyId, password: tenant.secret };
  const options = { logLevel: logLevel.NOTHING, retry: { retries: 0 }, sasl };
  producer = new Kafka({ brokers: cell.addresses, ...options }).producer();
  await producer.connect();
}, 60_000);
afterAll(async () => {
  await producer.disconnect();
  await cell.close();
}, 60_000);

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let version = 0;
const leave = async (mebibytes: number): Promise<void> => {
  version += 1;
  const ingressMicros = microsPerMebibyte * 1024;
  const budget: BudgetRecord = {
    ...{ limitId: 'sl-1', client: null, action: 'read-only', message: 'used up' },
    ...{ leftMicros: mebibytes * microsPerMebibyte, asOfMs: Date.now(), microsPerHour: 0, fromMs: 0 },
    // Nothing ever comes to a ledger here.
    countedUntilMs: {},
    price: { ingressMicros, egressMicros: 0, freeIngressBytes: 0, freeEgressBytes: 0 },
  };
  accepted(await cell.store.applyRestraints(clusterId, { version, stops: [], budgets: [budget] }));
  // Brokers hear of it.
  await pass(500);
};

const send = (partition: number) =>
  producer.send({ topic, messages: [{ partition, value: randomBytes(mebibyte / 4) }] });

/** Sends to a partition at a pace until it is refused; resolves with how many MiB were taken. */
const sendUntilRefused = async (partition: number, mostMebibytes: number): Promise<number> => {
  for (let sent = 0; sent < mostMebibytes; sent += 1 / 4) {
    try {
      await send(partition);
    } catch (cause) {
      if (cause instanceof KafkaJSProtocolError && cause.type === 'POLICY_VIOLATION') return sent;
      throw cause;
    }
    await pass(250 / mebibytesPerSecond);
  }
  throw new Error(`nothing was refused of ${mostMebibytes} MiB`);
};

test('brokers use one budget up together, wherever it is spent, and pass it by what comes in about a second', async () => {
  await leave(12);
  const taken = await Promise.all([0, 1, 2].map((partition) => sendUntilRefused(partition, 40)));
  const all = taken.reduce((sum, each) => sum + each, 0);
  expect(all).toBeGreaterThanOrEqual(11.9);
  // A second between two looks, and half of one for the store and a busy machine, at three brokers.
  expect(all).toBeLessThan(12 + 1.5 * 3 * mebibytesPerSecond);

  await leave(all + 6);
  const more = await sendUntilRefused(0, 40);
  expect(more).toBeGreaterThan(5);
  expect(more).toBeLessThan(6 + 1.5 * mebibytesPerSecond);
}, 60_000);

test('a broker that was killed does not give back what it had counted', async () => {
  await cell.end(1, 'SIGKILL');
  await cell.begin(1);
  const { partitions } = (await cell.store.findTopic(clusterId, topic)) ?? { partitions: [] };
  const partition = partitions.findIndex(({ leader }) => leader === 1);
  await expect
    .poll(() => send(partition).then(() => 'taken', textOf), { timeout: 20_000, interval: 500 })
    .toBe('POLICY_VIOLATION');
}, 60_000);

const textOf = (cause: unknown): string =>
  cause instanceof KafkaJSProtocolError ? cause.type : 'not reached';
