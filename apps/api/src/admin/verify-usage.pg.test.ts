import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster } from '@weir/contracts/clusters';
import { produceRecord } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { localCellId } from '@weir/provisioning/cells';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { startBrokerAt } from '../testing/broker-for-tests.ts';
import { makeUsageDays } from '../testing/usage-for-tests.ts';
import { readLogs } from './read-logs.ts';
import { verifyUsage } from './verify-usage.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-verify-'));
let api: TestApi;
let broker: Awaited<ReturnType<typeof startBrokerAt>>;
let clusterId: string;
let person: ApiClient;
const lines: string[] = [];

beforeAll(async () => {
  const port = await findFreePort();
  api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}` } });
  broker = await startBrokerAt(directory, api.cell, port);
  person = await api.signUp();
  clusterId = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
  await person.call(createTopic, { params: { cluster_id: clusterId }, body: { topic_name: 'orders' } });
  for (let sent = 0; sent < 12; sent++) await produce();
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await api.close();
  rmSync(directory, { recursive: true, force: true });
});

const verify = (settleMs = 1) => {
  lines.length = 0;
  const tools = { db: api.platform.db, print: (line: string) => void lines.push(line) };
  return verifyUsage(tools, { store: api.cell, cellId: localCellId, logDirectories: [directory] }, settleMs);
};
const produce = () =>
  person.call(produceRecord, {
    params: { cluster_id: clusterId, topic_name: 'orders' },
    body: { value: { type: 'STRING', data: 'a record' } },
  });
let window = 0;
const count = async (meter: string, quantity: bigint) => {
  const windowStart = new Date(Date.now() + window++);
  const about = { clusterId, topic: 'orders', principal: 'User:u-1', keyId: '', meter };
  await makeUsageDays(api, windowStart);
  await api.platform.db.usageLedger.create({
    data: { brokerId: 1, bootEpoch: 1, windowStart, ...about, quantity },
  });
};

const ledgerBytes = async () => {
  const where = { clusterId, meter: 'bytes_in' };
  return (
    (await api.platform.db.usageLedger.aggregate({ where, _sum: { quantity: true } }))._sum.quantity ?? 0n
  );
};

it('says where the ledger and the logs differ, and that they agree to the byte once they do', async () => {
  const partitions = await readLogs(directory, clusterId);
  const bytes = partitions.reduce((sum, each) => sum + each.bytes, 0n);
  expect(partitions.reduce((sum, each) => sum + each.records, 0n)).toBe(12n);
  expect(await verify()).toBe(false);
  expect(lines.join()).toContain('DIFFERENT: the ledger has 0 bytes in 0 records');
  await count('records_in', 12n);
  await count('bytes_in', bytes - 1n);
  expect(await verify()).toBe(false);
  expect(lines.join()).toContain('the difference is -1 bytes in 0 records');
  await count('bytes_in', 1n);
  expect(await verify()).toBe(true);
  expect(lines).toEqual([
    `${clusterId}  orders  equal: the ledger has ${bytes} bytes in 12 records, the logs ${bytes} bytes in 12 records; the difference is 0 bytes in 0 records`,
  ]);
});

it('says what is settled, and what is yet to be told, while somebody writes', async () => {
  await produce();
  const before = (await readLogs(directory, clusterId)).reduce((sum, each) => sum + each.bytes, 0n);
  const told = { bytes: 0n };
  // Between the looks a window comes, and something more is written.
  const meanwhile = (async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    told.bytes = before - (await ledgerBytes());
    await count('records_in', 1n);
    await count('bytes_in', told.bytes);
    await produce();
  })();
  expect(await verify(2_500)).toBe(true);
  await meanwhile;
  expect(told.bytes).toBeGreaterThan(0n);
  expect(lines).toEqual([
    `${clusterId}  orders  in step: the ledger has ${before} bytes in 13 records, with all that the logs had a window ago (${before} bytes in 13 records); yet to be told are ${told.bytes} bytes in 1 records`,
  ]);
});

it('says that it differs where what the logs had never comes, or more came than they have', async () => {
  expect(await verify()).toBe(false);
  expect(lines.join()).toContain('DIFFERENT');
  expect(lines.join()).toContain('in -1 records');
  await count('records_in', 2n);
  await count('bytes_in', 5_000n);
  const startedAt = performance.now();
  expect(await verify(10_000)).toBe(false);
  // More than there is needs no wait.
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(lines.join()).toContain('in 1 records');
});
