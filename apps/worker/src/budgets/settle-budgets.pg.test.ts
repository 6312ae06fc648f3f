import { dayMs, hourMs } from '@weir/billing/period';
import { KnownDays } from '@weir/costs/known-days';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { recordUsage } from '../usage/record-usage.ts';
import { settleBudgets } from './settle-budgets.ts';

const gibibyte = 1024 ** 3;
const noon = Date.parse('2026-01-15T12:00:00.000Z');

let database: TestDatabase;
let db: ControlDb;
let now = noon;
let organizationId = '';
let clusterId = '';
let email = '';

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  now = noon;
  organizationId = crypto.randomUUID();
  clusterId = `lkc-${organizationId}`;
  const environmentId = `env-${organizationId}`;
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  await db.environment.create({ data: { id: environmentId, organizationId, displayName: 'e' } });
  await db.cluster.create({
    data: {
      ...{ id: clusterId, organizationId, environmentId, displayName: 'c', kind: 'Basic' },
      ...{ cellId: 'local', availability: 'SINGLE_ZONE', cloud: 'LOCAL', region: 'local' },
      ...{ phase: 'PROVISIONED', deletionProtection: false },
    },
  });
  const userId = crypto.randomUUID();
  email = `${userId}@example.com`;
  await db.user.create({ data: { id: userId, name: 'Ada', email, emailVerified: true } });
  await db.member.create({ data: { organizationId, userId } });
  const role = {
    principalKind: 'User',
    principalId: userId,
    roleName: 'BillingAdmin',
    scope: 'organization',
  };
  await db.roleBinding.create({
    data: { id: crypto.randomUUID(), organizationId, crnPattern: 'crn://weir/organization', ...role },
  });
});

/** Since when the cluster is there: what the store itself wrote is of later. */
const clusterIs = async (kind: string, atMs = noon - 10 * hourMs) => {
  await db.clusterTerm.create({ data: { clusterId, at: new Date(atMs), kind, units: 0 } });
};
const deps = (): WorkerDeps => ({
  db,
  cells: createCells({}),
  clock: { now: () => now },
  logger: createLogger('worker', 'silent'),
  metrics: new WorkerMetrics(),
  brokerHost: 'localhost',
  findTxtRecords: noDns,
  brokers: noBrokers,
  outside: nobodyOutside,
  payments: null,
  issuedBy: [],
  mail: { transport: noMailServer, consoleUrl: 'http://localhost', authSecret: '' },
});
const settle = () => settleBudgets(deps(), new KnownDays());
const newBudget = async (micros: bigint, change: object = {}) => {
  const id = `bud-${crypto.randomUUID()}`;
  const scope = { scopeKind: 'organization', scopeId: organizationId };
  const percents = { thresholds: [50, 80, 100], forecastThresholds: [] };
  const row = { id, organizationId, displayName: 'b', currency: 'USD', dueAt: new Date(0) };
  await db.budget.create({ data: { ...row, ...scope, ...percents, micros, ...change } });
  return id;
};
let windows = 0;
/** Bytes in: past the five GiB of a month that are free, 50,000 micro-units a GiB. */
const use = async (gibibytes: number, at: number, principal = 'User:sa-1') => {
  windows += 1;
  const windowEndMs = at - (at % hourMs) + hourMs / 2 + windows * 10;
  const row = { clusterId, principal, keyId: 'KEY1', topic: 'orders', meter: 'bytes_in' as const };
  const rows = [{ ...row, quantity: gibibytes * gibibyte }];
  const named = { brokerId: 1, bootEpoch: 1, windowStartMs: windowEndMs - 10, windowEndMs };
  await recordUsage(deps(), [{ ...named, reached: [], keyUses: [], rows }]);
};
const told = async () => {
  const mails = await db.mail.findMany({ where: { recipient: email }, orderBy: { createdAt: 'asc' } });
  return mails.map(({ params }) => {
    const { basis, percent } = params as { basis: string; percent: number }; // As `budget-notice` has them.
    return `${basis} ${percent}`;
  });
};

it('of each threshold who pays is told once a month, of several at once of the highest, by however many workers', async () => {
  await clusterIs('Basic');
  const id = await newBudget(1_000_000n);
  await use(10, now);
  await Promise.all([settle(), settle(), settle()]);
  expect(await db.budget.findUnique({ where: { id } })).toMatchObject({ spentMicros: 250_000n });
  expect(await told()).toEqual([]);
  await use(13, now - hourMs);
  now += 61_000;
  await Promise.all([settle(), settle(), settle()]);
  expect(await told()).toEqual(['actual 80']);
  now += 61_000;
  await use(5, now + hourMs);
  now += hourMs;
  await settle();
  expect(await told()).toEqual(['actual 80', 'actual 100']);
  now += 61_000;
  await settle();
  expect(await told()).toHaveLength(2);
});

it('the next month begins with nothing told', async () => {
  await clusterIs('Basic');
  await newBudget(100_000n, { thresholds: [50] });
  await use(10, now);
  await settle();
  now = Date.parse('2026-02-03T12:00:00.000Z');
  await settle();
  expect(await told()).toEqual(['actual 50']);
  await use(10, now);
  now += 61_000;
  await settle();
  expect(await told()).toEqual(['actual 50', 'actual 50']);
});

it('is told before it is spent, where the month is expected to cost as much', async () => {
  await clusterIs('Basic', noon - 25 * hourMs);
  const id = await newBudget(2_000_000n, { thresholds: [100], forecastThresholds: [50, 100] });
  const hook = { displayName: 'w', url: 'https://w', eventTypes: [] };
  await db.webhook.create({ data: { id: `wh-${id}`, organizationId, ...hook } });
  // Of 25 hours two cost 0.25 each, for 16 days and a half that are left.
  await use(10, now - 2 * hourMs);
  await use(5, now - hourMs);
  await settle();
  const budget = await db.budget.findUnique({ where: { id } });
  expect(budget?.spentMicros).toBe(500_000n);
  expect(budget?.forecastMicros).toBe(500_000n + (500_000n * 396n) / 25n);
  expect(await told()).toEqual(['forecast 100']);
  const [delivery, ...more] = await db.webhookDelivery.findMany({ where: { webhookId: `wh-${id}` } });
  expect(more).toEqual([]);
  expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
    type: 'budget.forecast_threshold_passed',
    data: { organization: organizationId, budget: id, percent: 100, amount: '2.000000' },
  });
});

it('nobody is told of what is expected from less than a day, and everybody once a day is seen', async () => {
  await clusterIs('Basic', noon - 10 * hourMs);
  const id = await newBudget(2_000_000n, { thresholds: [100], forecastThresholds: [100] });
  await use(15, now - 2 * hourMs);
  await settle();
  const budget = await db.budget.findUnique({ where: { id } });
  expect(budget?.forecastMicros).toBeGreaterThan(2_000_000n);
  expect(await told()).toEqual([]);
  now += 14 * hourMs;
  await settle();
  expect(await told()).toEqual(['forecast 100']);
});

it('has nothing to expect from a cluster that is not an hour old, and tells nothing of it', async () => {
  await clusterIs('Basic', now - 1_000);
  const id = await newBudget(1n, { thresholds: [], forecastThresholds: [1] });
  await use(10, now);
  await settle();
  expect(await db.budget.findUnique({ where: { id } })).toMatchObject({ forecastMicros: null });
  expect(await told()).toEqual([]);
});

it('of a service account counts what that one used, and expects it to go on since it began', async () => {
  await clusterIs('Basic');
  const scope = { scopeKind: 'service-account', scopeId: 'sa-2' };
  const id = await newBudget(1_000_000n, scope);
  await use(15, now - 5 * hourMs, 'User:sa-1');
  await use(1, now - 2 * hourMs, 'User:sa-2');
  await settle();
  const budget = await db.budget.findUnique({ where: { id } });
  expect(budget?.spentMicros).toBe(50_000n);
  // 0.05 in two hours.
  expect(budget?.forecastMicros).toBe(50_000n + 25_000n * 24n * 16n + 25_000n * 12n);
});

it('is looked at once a minute, and an organization that cannot be rated keeps no other waiting', async () => {
  await clusterIs('Basic');
  const id = await newBudget(1_000_000n);
  await settle();
  await use(10, now);
  now += 30_000;
  await settle();
  expect(await db.budget.findUnique({ where: { id } })).toMatchObject({ spentMicros: 0n });
  await clusterIs('Unheard', noon);
  await db.budget.updateMany({ where: { id }, data: { dueAt: new Date(now - dayMs) } });
  const first = { organizationId };
  organizationId = crypto.randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  const other = await newBudget(1_000_000n, { dueAt: new Date(now) });
  await settle();
  expect(await db.budget.findUnique({ where: { id: other } })).toMatchObject({ spentAt: new Date(now) });
  expect(await db.budget.count({ where: { ...first, dueAt: { gt: new Date(now) } } })).toBe(1);
});
