import { type ReceivedUsageReport, UsageReport } from '@weir/contracts/jobs/usage-report';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { prune } from '../retention/prune.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { recordUsage } from './record-usage.ts';
import { rollUpUsage } from './roll-up-usage.ts';

let database: TestDatabase;
let db: ControlDb;
let deps: WorkerDeps;

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  deps = {
    db,
    cells: createCells({}),
    clock: { now: () => 0 },
    logger: createLogger('worker', 'silent'),
    metrics: new WorkerMetrics(),
    issuedBy: [],
    brokerHost: 'localhost',
    findTxtRecords: noDns,
    brokers: noBrokers,
    outside: nobodyOutside,
    payments: null,
    mail: { transport: noMailServer, consoleUrl: 'http://localhost', authSecret: '' },
  };
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const minute = Date.parse('2026-01-01T10:00:00Z');
type Row = UsageReport['rows'][number];
const row = (clusterId: string, change: Partial<Row> = {}): Row => ({
  clusterId,
  principal: 'User:u-1',
  topic: 'orders',
  meter: 'bytes_in',
  quantity: 100,
  ...change,
});
const report = (brokerId: number, window: number, rows: Row[], bootEpoch = 1): ReceivedUsageReport => {
  const windowStartMs = minute + window * 10_000;
  return UsageReport.parse({ brokerId, bootEpoch, windowStartMs, windowEndMs: windowStartMs + 10_000, rows });
};
const minutesOf = async (clusterId: string) => {
  const rows = await db.usageMinute.findMany({
    where: { clusterId },
    orderBy: [{ minute: 'asc' }, { meter: 'asc' }, { topic: 'asc' }, { keyId: 'asc' }],
  });
  return rows.map((one) => [
    one.minute.toISOString().slice(11, 16),
    one.meter,
    one.topic,
    Number(one.quantity),
  ]);
};

it('counts a report once, however often and by however many it is delivered', async () => {
  const same = report(1, 0, [row('lkc-a'), row('lkc-a', { meter: 'requests', topic: '', quantity: 3 })]);
  await Promise.all([1, 2, 3, 4].map(() => recordUsage(deps, [same])));
  await recordUsage(deps, [same]);
  expect(await minutesOf('lkc-a')).toEqual([
    ['10:00', 'bytes_in', 'orders', 100],
    ['10:00', 'requests', '', 3],
  ]);
});

it('loses no window of a minute that several brokers report at the same time', async () => {
  const reports = [1, 2, 3, 4].flatMap((broker) =>
    [0, 1, 2, 3, 4, 5].map((window) => report(broker, window, [row('lkc-b')])),
  );
  await Promise.all(reports.map((one) => recordUsage(deps, [one])));
  expect(await minutesOf('lkc-b')).toEqual([['10:00', 'bytes_in', 'orders', 2400]]);
});

it('counts the windows of one broker apart when it has started anew in between', async () => {
  await recordUsage(deps, [report(1, 0, [row('lkc-c')], 7)]);
  await recordUsage(deps, [report(1, 0, [row('lkc-c', { quantity: 11 })], 8)]);
  expect(await minutesOf('lkc-c')).toEqual([['10:00', 'bytes_in', 'orders', 111]]);
});

it('takes the largest of a peak on each broker and adds brokers up', async () => {
  const peak = (quantity: number) => row('lkc-d', { meter: 'connections_peak', topic: '', quantity });
  await recordUsage(deps, [report(1, 0, [peak(5)])]);
  await recordUsage(deps, [report(1, 1, [peak(9)])]);
  await recordUsage(deps, [report(2, 1, [peak(2)])]);
  expect(await minutesOf('lkc-d')).toEqual([['10:00', 'connections_peak', '', 11]]);
});

it('tells two keys of one principal apart, and those of before keys were told apart from both', async () => {
  const keys = [row('lkc-f', { keyId: 'KEY1' }), row('lkc-f', { keyId: 'KEY2', quantity: 7 }), row('lkc-f')];
  await recordUsage(deps, [report(1, 0, keys)]);
  await recordUsage(deps, [report(1, 1, [row('lkc-f', { keyId: 'KEY2', quantity: 4 })])]);
  const rows = await db.usageMinute.findMany({ where: { clusterId: 'lkc-f' }, orderBy: { keyId: 'asc' } });
  expect(rows.map(({ keyId, quantity }) => [keyId, Number(quantity)])).toEqual([
    ['', 100],
    ['KEY1', 100],
    ['KEY2', 11],
  ]);
});

it('puts a late window into its own minute', async () => {
  await recordUsage(deps, [report(1, 12, [row('lkc-e')])]);
  await recordUsage(deps, [report(1, 0, [row('lkc-e', { quantity: 1 })])]);
  expect(await minutesOf('lkc-e')).toEqual([
    ['10:00', 'bytes_in', 'orders', 1],
    ['10:02', 'bytes_in', 'orders', 100],
  ]);
});

it('can derive the minutes again from the ledger, with the same result', async () => {
  const clusters = ['lkc-a', 'lkc-b', 'lkc-c', 'lkc-d', 'lkc-e', 'lkc-f'];
  const before = await Promise.all(clusters.map(minutesOf));
  await db.usageMinute.updateMany({ data: { quantity: 1n } });
  await rollUpUsage(deps, { sinceMs: 0 });
  expect(await Promise.all(clusters.map(minutesOf))).toEqual(before);
});

it('remembers a window in which nothing happened', async () => {
  await recordUsage(deps, [report(9, 3, [])]);
  expect(await db.usageWindow.count({ where: { brokerId: 9 } })).toBe(1);
});

it('keeps which limits a window met, once however often it is reported, for as long as an owner may look', async () => {
  const met = { clusterId: 'lkc-met', limit: 'groupBytesMax', count: 7, sinceMs: minute - 5_000 };
  const reached = [met, { ...met, limit: 'ingressBytesPerSecMax', count: 1 }];
  for (let repeat = 0; repeat < 2; repeat++) {
    await recordUsage(deps, [{ ...report(41, 0, []), reached }]);
    await recordUsage(deps, [{ ...report(42, 0, [row('lkc-met')]), reached: [met] }]);
  }
  const rows = await db.reachedLimit.findMany({ where: { clusterId: 'lkc-met' }, orderBy: { count: 'asc' } });
  expect(rows.map((one) => [one.brokerId, one.limit, Number(one.count)])).toEqual([
    [41, 'ingressBytesPerSecMax', 1],
    [41, 'groupBytesMax', 7],
    [42, 'groupBytesMax', 7],
  ]);
  expect(rows[0]?.since).toEqual(new Date(minute - 5_000));
  const days = (count: number) => ({ ...deps, clock: { now: () => minute + count * 86_400_000 } });
  await prune(days(30));
  expect(await db.reachedLimit.count()).toBe(3);
  await prune(days(30.1));
  expect(await db.reachedLimit.count()).toBe(0);
});

it('reads reports of brokers that know nothing of limits, and refuses names that are none', () => {
  const { reached: _, ...older } = report(1, 1, [row('lkc-old')]);
  expect(UsageReport.parse(older).reached).toEqual([]);
  const reached = [{ clusterId: 'lkc-a', limit: 'x'.repeat(65), count: 1, sinceMs: 0 }];
  expect(UsageReport.safeParse({ ...older, reached }).success).toBe(false);
});

it('keeps who used a secret last, in whichever order reports come, and of no secret but the cluster’s own', async () => {
  const organizationId = crypto.randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  await db.environment.create({ data: { id: 'env-k', organizationId, displayName: 'default' } });
  await db.cluster.create({
    data: {
      ...{ id: 'lkc-keys', organizationId, environmentId: 'env-k', displayName: 'c', kind: 'Basic' },
      ...{ availability: 'SINGLE_ZONE', cloud: 'LOCAL', region: 'local', cellId: 'local' },
      ...{ phase: 'PROVISIONED', deletionProtection: false },
    },
  });
  const ids = Array.from({ length: 20 }, (_, at) => `KEY${at}`);
  for (const id of ids) {
    const key = { id, organizationId, displayName: '', description: '', ownerKind: 'User', ownerId: 'u-1' };
    const secrets = { create: [{ number: 1 }, { number: 2 }] };
    await db.apiKey.create({ data: { ...key, clusterId: 'lkc-keys', secrets } });
  }
  const used = (keyId: string, atMs: number, change: object = {}) => ({
    ...{ keyId, secretNumber: 1, clusterId: 'lkc-keys', atMs, address: `192.0.2.${atMs % 100}` },
    ...{ clientId: 'app', softwareName: 'librdkafka', softwareVersion: '2.6.0' },
    ...change,
  });
  const record = (brokerId: number, keyUses: ReceivedUsageReport['keyUses']) =>
    recordUsage(deps, [{ ...report(brokerId, 0, []), keyUses }]);
  // Many brokers at once, each with the same keys in another order.
  const rounds = Array.from({ length: 8 }, (_, at) =>
    record(
      60 + at,
      (at % 2 ? ids : ids.toReversed()).map((id) => used(id, minute + at)),
    ),
  );
  await Promise.all(rounds);
  await record(70, [used('KEY0', minute + 3, { address: 'late' }), used('KEY-UNKNOWN', minute)]);
  await record(71, [used('KEY1', minute + 999, { clusterId: 'lkc-other' })]);
  const rows = await db.apiKeySecret.findMany({ orderBy: [{ keyId: 'asc' }, { number: 'asc' }] });
  expect(rows).toHaveLength(40);
  for (const row of rows) {
    expect(row.lastUsedAt?.getTime()).toBe(row.number === 1 ? minute + 7 : undefined);
    expect(row.lastUsedAddress).toBe(row.number === 1 ? '192.0.2.7' : null);
  }
  expect(rows[0]).toMatchObject({
    lastUsedClientId: 'app',
    lastUsedSoftware: 'librdkafka',
    lastUsedVersion: '2.6.0',
  });
});
