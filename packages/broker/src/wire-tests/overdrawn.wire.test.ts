import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { errorCode } from '@weir/kafka-protocol/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spentTrickleBytesPerSec } from '../client-limits.ts';
import { CellForTests } from '../testing/cell-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { RawClient } from '../testing/raw-client.ts';

// Clients that do not wait as they are told, but come again by another connection.

const clusterId = 'lkc-overdrawn';
const topic = 'paid';
const valueBytes = 100_000;
const connectionsAtOnce = 8;
const seconds = 6;
/** So much may be owed, and so much be on its way when that is passed. */
const bytesMax = spentTrickleBytesPerSec * (2 + 30 + seconds) + connectionsAtOnce * valueBytes;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let cell: CellForTests;
let dataDir: string;
let authBytes: Buffer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weir-overdrawn-'));
  cell = await CellForTests.start(dataDir);
  const { key, secret } = await cell.addCluster(clusterId, [{}]);
  authBytes = Buffer.from(`\0${key}\0${secret}`);
  const asked = { clusterId, name: topic, partitionCount: 1, replicationFactor: 1, configs: {} };
  expect((await cell.metadata.createTopic({ ...asked, validateOnly: false })).ok).toBe(true);
});
afterAll(async () => {
  await cell.broker.stop();
  await rm(dataDir, { recursive: true });
});

/** One connection after the other until then, each of which asks once. */
async function comeAnew(untilMs: number, ask: (client: RawClient) => Promise<void>): Promise<void> {
  while (Date.now() < untilMs) {
    const client = await RawClient.open(cell.broker.port);
    await client.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
    await client.request(saslAuthenticateApi, 2, { authBytes });
    await ask(client);
    client.end();
  }
}

/** Bytes that senders got through until then, and what those were told that did not. */
async function sendAnew(untilMs: number) {
  let taken = 0;
  const told = new Set<number>();
  const send = async (client: RawClient) => {
    const records = batchOf({ timestamp: Date.now(), valueBytes });
    const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }];
    const asked = { transactionalId: null, acks: -1, timeoutMs: 1_000, topicData };
    const answer = await client.request(produceApi, 9, asked);
    const part = answer?.responses[0]?.partitionResponses[0];
    if (part?.errorCode === 0) taken += records.length;
    else told.add(part?.errorCode ?? -1);
  };
  await Promise.all(Array.from({ length: connectionsAtOnce }, () => comeAnew(untilMs, send)));
  return { taken, told };
}

/** What readers were given until then: of each answer, how many bytes. */
async function readAnew(untilMs: number): Promise<number[]> {
  const read: number[] = [];
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }];
  await comeAnew(untilMs, async (client) => {
    const wanted = { maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000, topics: [{ topic, partitions }] };
    const answer = await client.request(fetchApi, 12, wanted);
    read.push(answer?.responses[0]?.partitions[0]?.records?.length ?? 0);
  });
  return read;
}

test('who has used up a limit that slows down gets no more by ever new connections than by one that waits', async () => {
  const before = await sendAnew(Date.now() + 1_000);
  expect(before.taken).toBeGreaterThan(bytesMax);
  const price = { ingressMicros: 1, egressMicros: 1, freeIngressBytes: 0, freeEgressBytes: 0 };
  const budget = {
    ...{ limitId: 'sl-1', client: null, action: 'throttle' as const, message: 'used up', leftMicros: 0 },
    ...{ asOfMs: Date.now(), microsPerHour: 0, fromMs: 0, countedUntilMs: {}, price },
  };
  expect(
    (await cell.metadata.applyRestraints(clusterId, { version: 1, stops: [], budgets: [budget] })).ok,
  ).toBe(true);
  await pause(500);
  const untilMs = Date.now() + seconds * 1_000;
  const [read, after] = await Promise.all([readAnew(untilMs), sendAnew(untilMs)]);
  expect(after.taken).toBeGreaterThan(0);
  expect(after.taken).toBeLessThan(bytesMax);
  // What every client tries again after.
  expect([...after.told]).toEqual([errorCode('REQUEST_TIMED_OUT')]);
  // The first answer is more than is owed by then, and after it there is none.
  expect(read.length).toBeGreaterThan(10);
  expect(read.filter((bytes) => bytes > 0)).toHaveLength(1);
}, 60_000);
