import { createCluster } from '@weir/contracts/clusters';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { BrokerOfCell } from '../testing/broker-process.ts';
import { startWire, type Wire } from '../testing/wire.ts';

let api: TestApi;
let broker: BrokerOfCell;
let wire: Wire;
let person: ApiClient;
let cluster_id: string;

beforeAll(async () => {
  const [port, brokerPort] = [await findFreePort(), await findFreePort()];
  api = await startTestApi({ settings: { bootstrapEndpoint: `127.0.0.1:${port}` } });
  broker = new BrokerOfCell(api.platform.settings, brokerPort, port);
  await broker.start();
  wire = await startWire(port, brokerPort);
  person = await api.signUp();
  cluster_id = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
}, 60_000);
afterEach(() => {
  wire.mode = 'pass';
});
afterAll(async () => {
  await broker.remove();
  await api.close();
  await wire.close();
});

const newTopic = async (topic_name: string) => {
  await person.call(createTopic, { params: { cluster_id }, body: { topic_name, partitions_count: 1 } });
  const params = { cluster_id, topic_name };
  await person.call(produceRecord, { params, body });
  return params;
};
const body = { value: { type: 'STRING' as const, data: 'x' } };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const countOf = async (params: { cluster_id: string; topic_name: string }) =>
  (await person.call(readRecords, { params, query: { from: 'earliest' } })).data.length;
const withKey = () => person.with({ 'idempotency-key': crypto.randomUUID() });

describe('one Idempotency-Key', () => {
  it('writes at most one record while the broker stands still, and every answer comes in time', async () => {
    const params = await newTopic('still');
    const once = withKey();
    broker.signal('SIGSTOP');
    const startedAt = performance.now();
    const first = await once.try(produceRecord, { params, body });
    const tookMs = performance.now() - startedAt;
    broker.signal('SIGCONT');
    expect(first.status).toBe(503);
    expect(tookMs).toBeLessThan(10_000);
    // What the broker had in hand is written by then.
    await pause(1_000);
    for (let repeat = 0; repeat < 3; repeat++) await once.try(produceRecord, { params, body });
    expect(await countOf(params)).toBeLessThanOrEqual(2);
  }, 60_000);

  it('whose record was written without an answer is not used for another: its outcome is unknown', async () => {
    const params = await newTopic('swallowed');
    const once = withKey();
    wire.mode = 'swallow';
    const first = await once.try(produceRecord, { params, body });
    wire.mode = 'pass';
    expect(first.status).toBe(503);
    expect(first.body).toMatchObject({ error_code: 50302, message: expect.stringMatching(/may have been/) });
    const again = await once.try(produceRecord, { params, body });
    expect(again.status).toBe(409);
    expect(again.text).toMatch(/not done again/);
    expect(await countOf(params)).toBe(2);
  }, 60_000);

  it('whose record certainly was not written may be used again', async () => {
    const params = await newTopic('refused');
    const once = withKey();
    wire.mode = 'reset';
    expect((await once.try(produceRecord, { params, body })).status).toBe(503);
    wire.mode = 'pass';
    expect((await once.try(produceRecord, { params, body })).status).toBe(200);
    expect(await countOf(params)).toBe(2);
  });

  it('writes one record when the connection breaks under it and the broker answers the repetition', async () => {
    const params = await newTopic('broken');
    wire.mode = 'swallow';
    const produced = withKey().try(produceRecord, { params, body });
    await pause(500);
    wire.mode = 'pass';
    wire.resetAll();
    expect((await produced).body).toMatchObject({ offset: 1 });
    expect(await countOf(params)).toBe(2);
  });
});

describe('connections that break', () => {
  it('end the requests that wait for them, and never the process', async () => {
    const params = await newTopic('resets');
    const reads = Array.from({ length: 6 }, () => person.try(readRecords, { params }));
    for (let at = 0; at < 20; at++) {
      await pause(10);
      wire.resetAll();
    }
    for (const answer of await Promise.all(reads)) expect([200, 503]).toContain(answer.status);
    wire.mode = 'reset';
    expect((await person.try(readRecords, { params })).status).toBe(503);
    wire.mode = 'pass';
    expect(await countOf(params)).toBe(1);
  });

  it('because the broker was killed are 503 until it is back', async () => {
    const params = await newTopic('killed');
    const reads = Array.from({ length: 6 }, () => person.try(readRecords, { params }));
    await broker.kill();
    for (const answer of await Promise.all(reads)) expect([200, 503]).toContain(answer.status);
    expect((await person.try(readRecords, { params })).status).toBe(503);
    await broker.start();
    expect(await countOf(params)).toBe(1);
  }, 60_000);
});

it('one organization reads and writes a few at a time, and keeps nobody else out', async () => {
  const params = await newTopic('crowded');
  const other = await api.signUp();
  const mine = (await other.call(createCluster, { body: { spec: { display_name: 'quiet' } } })).id;
  const quiet = { cluster_id: mine, topic_name: 'quiet' };
  await other.call(createTopic, {
    params: { cluster_id: mine },
    body: { topic_name: 'quiet', partitions_count: 1 },
  });
  wire.mode = 'swallow';
  const crowd = Array.from({ length: 40 }, () => person.try(produceRecord, { params, body }));
  await pause(300);
  wire.mode = 'pass';
  expect((await other.try(readRecords, { params: quiet })).status).toBe(200);
  wire.resetAll();
  const statuses = (await Promise.all(crowd)).map((answer) => answer.status);
  expect(statuses).toContain(429);
});
