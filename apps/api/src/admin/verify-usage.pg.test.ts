import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster } from '@weir/contracts/clusters';
import { produceRecord } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { localCellId } from '@weir/provisioning/cells';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { startBrokerAt } from '../testing/broker-for-tests.ts';
import { makeUsageDays } from '../testing/usage-for-tests.ts';
import { readLogs } from './read-logs.ts';
import { verifyUsage } from './verify-usage.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-verify-'));
let api: TestApi;
let broker: Awaited<ReturnType<typeof startBrokerAt>>;
let clusterId: string;
const lines: string[] = [];

beforeAll(async () => {
  const port = await findFreePort();
  api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}` } });
  broker = await startBrokerAt(directory, api.cell, port);
  const person = await api.signUp();
  clusterId = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
  const params = { cluster_id: clusterId, topic_name: 'orders' };
  await person.call(createTopic, { params: { cluster_id: clusterId }, body: { topic_name: 'orders' } });
  for (let sent = 0; sent < 12; sent++)
    await person.call(produceRecord, { params, body: { value: { type: 'STRING', data: `record ${sent}` } } });
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await api.close();
  rmSync(directory, { recursive: true, force: true });
});

const verify = () => {
  lines.length = 0;
  const tools = { db: api.platform.db, print: (line: string) => void lines.push(line) };
  return verifyUsage(tools, { store: api.cell, cellId: localCellId, logDirectories: [directory] });
};
let window = 0;
const count = async (meter: string, quantity: bigint) => {
  const windowStart = new Date(Date.now() + window++);
  const about = { clusterId, topic: 'orders', principal: 'User:u-1', keyId: '', meter };
  await makeUsageDays(api, windowStart);
  await api.platform.db.usageLedger.create({
    data: { brokerId: 1, bootEpoch: 1, windowStart, ...about, quantity },
  });
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
  await count('bytes_in', 5n);
  expect(await verify()).toBe(false);
});
