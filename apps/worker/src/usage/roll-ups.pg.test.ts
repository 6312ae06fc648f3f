import { randomUUID } from 'node:crypto';
import { UsageReport } from '@weir/contracts/jobs/usage-report';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { recordUsage } from './record-usage.ts';
import { rollUpUsage } from './roll-up-usage.ts';

let database: TestDatabase;
let db: ControlDb;
let deps: WorkerDeps;
const organizationId = randomUUID();

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
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  await db.environment.create({ data: { id: 'env-1', organizationId, displayName: 'e' } });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const hour = Date.parse('2026-01-01T10:00:00Z');
const minute = 60_000;

const createCluster = (id: string, change: { kind?: string; cku?: number } = {}) =>
  db.cluster.create({
    data: {
      ...{ id, organizationId, environmentId: 'env-1', displayName: id, kind: 'Basic', cellId: 'local' },
      ...{ availability: 'LOW', cloud: 'LOCAL', region: 'local', phase: 'PROVISIONING' },
      ...{ deletionProtection: false, ...change },
    },
  });
const termsOf = async (clusterId: string) => {
  const rows = await db.clusterTerm.findMany({
    where: { clusterId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });
  return rows.map(({ kind, units }) => [kind, units]);
};
const term = (clusterId: string, atMs: number, kind: string) =>
  db.clusterTerm.create({ data: { clusterId, at: new Date(atMs), kind, units: 0 } });

const use = (clusterId: string, atMs: number, quantity: number, brokerId = 1) =>
  recordUsage(deps, [
    UsageReport.parse({
      ...{ brokerId, bootEpoch: 1, windowStartMs: atMs, windowEndMs: atMs + 10_000 },
      rows: [
        { clusterId, principal: 'User:sa-1', topic: 'orders', meter: 'bytes_in', quantity },
        { clusterId, principal: 'User:sa-1', topic: '', meter: 'requests', quantity: 3 },
      ],
    }),
  ]);
const hoursOf = async (clusterId: string) => {
  const rows = await db.usageHour.findMany({
    where: { clusterId, meter: 'bytes_in' },
    orderBy: [{ hour: 'asc' }, { kind: 'asc' }],
  });
  return rows.map((row) => [row.hour.getTime(), row.kind, row.meter, Number(row.quantity)]);
};

it('keeps what a cluster is from its row, whoever changes that, and only what changes what is paid', async () => {
  await createCluster('lkc-shared');
  const where = { id: 'lkc-shared' };
  await db.cluster.update({ where, data: { phase: 'PROVISIONED', displayName: 'renamed' } });
  await db.cluster.update({ where, data: { kind: 'Standard' } });
  await db.cluster.update({ where, data: { deletedAt: new Date(), restorableUntil: new Date() } });
  await db.cluster.update({ where, data: { phase: 'DELETING' } });
  await db.cluster.update({ where, data: { phase: 'PROVISIONED', deletedAt: null, restorableUntil: null } });
  expect(await termsOf('lkc-shared')).toEqual([
    ['Basic', 0],
    ['Standard', 0],
    ['', 0],
    ['Standard', 0],
  ]);
});

it('counts units of a dedicated cluster once they are there, and no more from when fewer are wanted', async () => {
  await createCluster('lkc-own', { kind: 'Dedicated', cku: 2 });
  expect(await termsOf('lkc-own')).toEqual([]);
  const where = { id: 'lkc-own' };
  for (const data of [{ statusCku: 2 }, { cku: 4 }, { statusCku: 4 }, { cku: 1 }, { statusCku: 1 }])
    await db.cluster.update({ where, data });
  expect(await termsOf('lkc-own')).toEqual([
    ['Dedicated', 2],
    ['Dedicated', 4],
    ['Dedicated', 1],
  ]);
});

it('lets nobody rewrite what a cluster was', async () => {
  await createCluster('lkc-fixed');
  await expect(
    db.clusterTerm.updateMany({ where: { clusterId: 'lkc-fixed' }, data: { kind: '' } }),
  ).rejects.toThrow(/append-only/);
  await expect(db.clusterTerm.deleteMany({})).rejects.toThrow(/append-only/);
});

it('adds up by the hour, once, however often it comes', async () => {
  await createCluster('lkc-a');
  await term('lkc-a', hour - minute, 'Basic');
  await use('lkc-a', hour, 100);
  await use('lkc-a', hour + 59 * minute + 50_000, 20);
  await use('lkc-a', hour + 60 * minute, 7);
  await use('lkc-a', hour, 100);
  const expected = [
    [hour, 'Basic', 'bytes_in', 120],
    [hour + 60 * minute, 'Basic', 'bytes_in', 7],
  ];
  expect(await hoursOf('lkc-a')).toEqual(expected);
});

it('takes a window in that comes late, and everything again after a rebuild', async () => {
  await createCluster('lkc-late');
  await term('lkc-late', hour - minute, 'Basic');
  await use('lkc-late', hour - 26 * 60 * minute, 5, 7);
  const late = [hour - 26 * 60 * minute, 'Basic', 'bytes_in', 5];
  expect(await hoursOf('lkc-late')).toEqual([late]);
  await db.usageHour.deleteMany({});
  await rollUpUsage(deps, { sinceMs: 0 });
  expect(await hoursOf('lkc-late')).toEqual([late]);
  expect(await hoursOf('lkc-a')).toHaveLength(2);
});

it('gives each minute to the kind that the cluster was when it began', async () => {
  await createCluster('lkc-changed');
  await term('lkc-changed', hour + 10 * minute + 1, 'Basic');
  await term('lkc-changed', hour + 20 * minute + 30_000, 'Standard');
  await use('lkc-changed', hour + 10 * minute, 1);
  await use('lkc-changed', hour + 20 * minute + 40_000, 10);
  await use('lkc-changed', hour + 21 * minute, 100);
  expect(await hoursOf('lkc-changed')).toEqual([
    [hour, 'Basic', 'bytes_in', 11],
    [hour, 'Standard', 'bytes_in', 100],
  ]);
});

it('adds hours up by cluster to the same, however often they are derived', async () => {
  await rollUpUsage(deps, { sinceMs: 0 });
  const by = ['clusterId', 'hour', 'kind', 'meter'] as const;
  const orderBy = [{ clusterId: 'asc' }, { hour: 'asc' }, { kind: 'asc' }, { meter: 'asc' }] as const;
  const sums = await db.usageHour.groupBy({ by: [...by], _sum: { quantity: true }, orderBy: [...orderBy] });
  const added = await db.usageClusterHour.findMany({ orderBy: [...orderBy] });
  expect(added.length).toBeGreaterThan(3);
  expect(added).toEqual(sums.map(({ _sum, ...row }) => ({ ...row, quantity: _sum.quantity })));
});
