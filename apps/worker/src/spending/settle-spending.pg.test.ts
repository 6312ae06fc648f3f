import { limitsOfBasic } from '@weir/contracts/cluster-kinds';
import { usedRowsMax } from '@weir/costs/used.store';
import { type ControlDb, migrateControl, openControl } from '@weir/db/control';
import { migrateCell } from '@weir/db/migrate-cell';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { createCells, localCellId } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { recordUsage } from '../usage/record-usage.ts';
import { nothingSettled, settleSpending } from './settle-spending.ts';
import { tellLifted, tellSpending } from './tell-spending.ts';

const gibibyte = 1024 ** 3;
const noon = Date.parse('2026-01-15T12:00:00.000Z');

let database: TestDatabase;
let db: ControlDb;
let cell: MetadataStore;
let farCell: MetadataStore;
let now = noon;
let organizationId = '';
let clusterId = '';

const deps = (): WorkerDeps => ({
  db,
  cells: createCells({ [localCellId]: cell, 'cell-far': farCell }),
  clock: { now: () => now },
  logger: createLogger('worker', 'silent'),
  metrics: new WorkerMetrics(),
  issuedBy: [],
  brokerHost: 'localhost',
  findTxtRecords: noDns,
  brokers: noBrokers,
  outside: nobodyOutside,
  payments: null,
  mail: {
    transport: noMailServer,
    consoleUrl: 'http://localhost',
    authSecret: 'a secret that is long enough',
  },
});

beforeAll(async () => {
  database = await createTestDatabase();
  await Promise.all([
    migrateControl(database.url),
    migrateCell(database.url, 'cell_local'),
    migrateCell(database.url, 'cell_far'),
  ]);
  db = openControl({ url: database.url });
  const open = (schema: string) =>
    openPostgresMetadataStore({ url: database.url, schema, onIncident: () => undefined });
  [cell, farCell] = [open('cell_local'), open('cell_far')];
});
afterAll(async () => {
  await Promise.all([db.$disconnect(), cell.close(), farCell.close()]);
  await database.drop();
});
beforeEach(async () => {
  now = noon;
  organizationId = crypto.randomUUID();
  clusterId = `lkc-${organizationId}`;
  const environmentId = `env-${organizationId}`;
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  await db.environment.create({ data: { id: environmentId, organizationId, displayName: 'e' } });
  await newCluster(clusterId, localCellId, cell);
});

const newCluster = async (id: string, cellId: string, store: MetadataStore) => {
  await db.cluster.create({
    data: {
      ...{
        id,
        organizationId,
        environmentId: `env-${organizationId}`,
        displayName: id,
        kind: 'Basic',
        cellId,
      },
      ...{ availability: 'SINGLE_ZONE', cloud: 'LOCAL', region: 'local', phase: 'PROVISIONED' },
      deletionProtection: false,
    },
  });
  const at = new Date(noon - 3_600_000);
  await db.clusterTerm.create({ data: { clusterId: id, at, kind: 'Basic', units: 0 } });
  await store.applyCluster({ id, limits: limitsOfBasic, autoCreateTopics: true, intentVersion: 1 });
};

const newLimit = async (micros: bigint, change: object = {}) => {
  const id = `sl-${crypto.randomUUID()}`;
  const what = { period: 'MONTH', micros, currency: 'USD', action: 'READ_ONLY', thresholds: [50, 80] };
  const scope = { scopeKind: 'organization', scopeId: organizationId };
  await db.spendLimit.create({
    data: { id, organizationId, displayName: 'l', ...scope, ...what, ...change },
  });
  return id;
};
let window = 0;
/** A window that comes from broker 1. */
const use = async (gibibytes: number, principal = 'User:sa-1') => {
  window += 1;
  const windowEndMs = noon - 60_000 + window * 10;
  const counts = { reached: [], keyUses: [] };
  const row = { clusterId, principal, keyId: 'KEY1', topic: 'orders', meter: 'bytes_in' as const };
  const rows = [{ ...row, quantity: gibibytes * gibibyte }];
  const named = { brokerId: 1, bootEpoch: 1, windowStartMs: windowEndMs - 10, windowEndMs };
  await recordUsage(deps(), [{ ...named, ...counts, rows }]);
  return windowEndMs;
};
const budgets = async () => (await cell.findCluster(clusterId))?.restraints?.budgets ?? [];

it('brokers are told what is left by the ledger, and which windows that holds', async () => {
  const id = await newLimit(1_000_000n);
  const windowEndMs = await use(15);
  await settleSpending(deps(), nothingSettled());
  // Five GiB are free, and ten cost 0.05 each.
  const told = { limitId: id, client: null, action: 'read-only', leftMicros: 500_000 };
  expect(await budgets()).toMatchObject([{ ...told, countedUntilMs: { 1: windowEndMs } }]);
  const [budget] = await budgets();
  expect(budget?.price).toMatchObject({ ingressMicros: 50_000, freeIngressBytes: 0, egressMicros: 50_000 });
  expect(budget?.price.freeEgressBytes).toBe(5 * gibibyte);
});

it('a limit over two cells leaves both together no more than there is, and lifted it is lifted in both', async () => {
  const farId = `lkc-far-${organizationId}`;
  await newCluster(farId, 'cell-far', farCell);
  const id = await newLimit(1_000_000n);
  const leftIn = async () => {
    const far = (await farCell.findCluster(farId))?.restraints?.budgets ?? [];
    return [...(await budgets()), ...far].map(({ leftMicros }) => leftMicros);
  };
  await use(15);
  await settleSpending(deps(), nothingSettled());
  const lefts = await leftIn();
  expect(lefts).toHaveLength(2);
  expect(lefts.reduce((sum, each) => sum + each, 0)).toBe(500_000);
  expect(Math.min(...lefts)).toBeGreaterThan(0);

  // What one cell used up is used up in the other.
  await use(10);
  await settleSpending(deps(), nothingSettled());
  expect(await leftIn()).toEqual([0, 0]);
  await db.spendLimit.update({ where: { id }, data: { micros: 2_000_000n } });
  await settleSpending(deps(), nothingSettled());
  expect((await leftIn()).reduce((sum, each) => sum + each, 0)).toBe(1_000_000);
});

it('a limit of a day forgets the day before, with the first look of the next', async () => {
  await newLimit(600_000n, { period: 'DAY' });
  await use(15);
  await settleSpending(deps(), nothingSettled());
  expect(await budgets()).toMatchObject([{ leftMicros: 100_000 }]);
  now = Date.parse('2026-01-16T00:00:01.000Z');
  await settleSpending(deps(), nothingSettled());
  expect(await budgets()).toMatchObject([
    { leftMicros: 600_000, fromMs: Date.parse('2026-01-16T00:00:00.000Z') },
  ]);
});

it('a limit of a service account counts what that one used', async () => {
  await newLimit(1_000_000n, { scopeKind: 'service-account', scopeId: 'sa-2' });
  await use(10, 'User:sa-1');
  await use(5, 'User:sa-2');
  await settleSpending(deps(), nothingSettled());
  // What an hour costs is shared out by what was used in it: a third of 0.5.
  const [budget] = await budgets();
  expect(budget).toMatchObject({ client: 'User:sa-2', microsPerHour: 0 });
  expect(budget?.leftMicros).toBeGreaterThanOrEqual(1_000_000 - 166_667);
  expect(budget?.leftMicros).toBeLessThanOrEqual(1_000_000 - 166_666);
});

it('a limit that only tells restrains nobody, and one that went leaves nothing behind', async () => {
  const id = await newLimit(1n, { action: 'NOTIFY' });
  await newLimit(1_000n, { scopeKind: 'cluster', scopeId: 'lkc-another' });
  await use(15);
  await settleSpending(deps(), nothingSettled());
  expect(await budgets()).toEqual([]);
  expect(await db.spendLimit.findUnique({ where: { id } })).toMatchObject({ spentMicros: 500_000n });
});

it('where nothing came nothing is told again for a while', async () => {
  await newLimit(1_000_000n);
  await use(6);
  const settled = nothingSettled();
  expect(await settleSpending(deps(), settled)).toBeGreaterThan(0);
  expect(await settleSpending(deps(), settled)).toBe(0);
  now += 61_000;
  expect(await settleSpending(deps(), settled)).toBeGreaterThan(0);
});

it('what came is told with the next look, also where somebody looked before', async () => {
  const id = await newLimit(1_000_000n);
  await use(6);
  const settled = nothingSettled();
  await settleSpending(deps(), settled);
  const before = await db.spendLimit.findUnique({ where: { id } });
  await use(10);
  expect(await settleSpending(deps(), settled)).toBeGreaterThan(0);
  const after = await db.spendLimit.findUnique({ where: { id } });
  expect((after?.spentMicros ?? 0n) - (before?.spentMicros ?? 0n)).toBe(500_000n);
});

it('who pays is told of the highest threshold that was passed, once in a period, of however many workers', async () => {
  const userId = crypto.randomUUID();
  const email = `${userId}@example.com`;
  await db.user.create({ data: { id: userId, name: 'Ada', email, emailVerified: true } });
  await db.member.create({ data: { organizationId, userId } });
  const everywhere = { crnPattern: 'crn://weir/organization', scope: 'organization' };
  const role = { principalKind: 'User', principalId: userId, roleName: 'BillingAdmin', ...everywhere };
  await db.roleBinding.create({ data: { id: crypto.randomUUID(), organizationId, ...role } });
  await newLimit(1_000_000n);
  const tell = async () => {
    await settleSpending(deps(), nothingSettled());
    await Promise.all(Array.from({ length: 4 }, () => tellSpending(deps())));
    const mails = await db.mail.findMany({ where: { recipient: email }, orderBy: { createdAt: 'asc' } });
    return mails.map(({ params }) => (params as { percent: number }).percent);
  };
  await use(14);
  expect(await tell()).toEqual([]);
  await use(8);
  expect(await tell()).toEqual([80]);
  expect(await tell()).toEqual([80]);
  now += 1_000;
  await use(5);
  expect(await tell()).toEqual([80, 100]);
});

it('servers of a tenant are told that a limit is used up, and that there is room again, each once', async () => {
  const id = await newLimit(100_000n, { period: 'DAY' });
  const hook = { displayName: 'w', url: 'https://w', eventTypes: [] };
  await db.webhook.create({ data: { id: `wh-${id}`, organizationId, ...hook } });
  const tell = async () => {
    await settleSpending(deps(), nothingSettled());
    await Promise.all(Array.from({ length: 4 }, () => tellSpending(deps())));
    await Promise.all(Array.from({ length: 4 }, () => tellLifted(deps())));
    const rows = await db.webhookDelivery.findMany({
      where: { organizationId },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(({ body }) => {
      const { data, type } = JSON.parse(body) as { type: string; data: Record<string, unknown> }; // As they are made.
      return [type, data.spend_limit, data.percent ?? data.reason];
    });
  };
  await use(6);
  const half = ['spend_limit.threshold_passed', id, 50];
  expect(await tell()).toEqual([half]);
  now += 1_000;
  await use(5);
  const reached = ['spend_limit.reached', id, 100];
  expect(await tell()).toEqual([half, reached]);
  expect(await tell()).toEqual([half, reached]);
  now += 86_400_000;
  const lifted = ['spend_limit.lifted', id, 'ROOM'];
  expect(await tell()).toEqual([half, reached, lifted]);
  expect(await tell()).toHaveLength(3);
});

it('a limit of one key holds in an organization whose other keys used more than one answer can have', async () => {
  await newLimit(1_000_000n, { scopeKind: 'api-key', scopeId: 'KEY1' });
  await use(15);
  const hour = new Date(noon - 3_600_000);
  await db.$executeRaw`
    INSERT INTO usage_hours (cluster_id, hour, kind, meter, topic, principal, key_id, quantity)
    SELECT ${clusterId}, ${hour}::timestamptz, 'Basic', 'bytes_in', 'busy', 'User:' || n, 'K' || n, 1
      FROM generate_series(1, ${usedRowsMax + 1}::int) n`;
  await db.$executeRaw`
    UPDATE usage_cluster_hours SET quantity = quantity + ${usedRowsMax + 1}
     WHERE cluster_id = ${clusterId} AND meter = 'bytes_in' AND hour = ${hour}`;
  await settleSpending(deps(), nothingSettled());
  const [budget] = await budgets();
  expect(budget?.client).toBe('Key:KEY1');
  expect(budget?.leftMicros).toBeLessThan(1_000_000);
}, 60_000);
