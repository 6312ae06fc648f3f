import { randomUUID } from 'node:crypto';
import { dayMs, periodOf } from '@weir/billing/period';
import { costOf, findPrice } from '@weir/billing/price-book';
import { UsageReport } from '@weir/contracts/jobs/usage-report';
import { readTerms } from '@weir/costs/terms.store';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { dropUsage } from '../usage/drop-usage.ts';
import { recordUsage } from '../usage/record-usage.ts';
import { finalizeInvoices, invoiceGraceMs } from './finalize-invoices.ts';

let database: TestDatabase;
let db: ControlDb;
let deps: WorkerDeps;
let nowMs = 0;
const gibibyte = 1024 ** 3;
// After all that the trigger writes of clusters that are made while this runs.
const january = Date.UTC(2040, 0);
const february = Date.UTC(2040, 1);
const march = Date.UTC(2040, 2);
const april = Date.UTC(2040, 3);

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  deps = {
    db,
    cells: createCells({}),
    clock: { now: () => nowMs },
    logger: createLogger('worker', 'silent'),
    metrics: new WorkerMetrics(),
    issuedBy: ['Weir Ltd', 'Bath'],
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

/** An organization with a Standard cluster that was there for a hundred hours of January 2040. */
const organization = async () => {
  const organizationId = randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  const environmentId = `env-${organizationId}`;
  await db.environment.create({ data: { id: environmentId, organizationId, displayName: 'e' } });
  const clusterId = `lkc-${organizationId}`;
  await db.cluster.create({
    data: {
      ...{
        id: clusterId,
        organizationId,
        environmentId,
        displayName: 'c',
        kind: 'Standard',
        cellId: 'local',
      },
      ...{
        availability: 'LOW',
        cloud: 'LOCAL',
        region: 'local',
        phase: 'DELETING',
        deletionProtection: false,
      },
    },
  });
  const term = (at: number, kind: string) =>
    db.clusterTerm.create({ data: { clusterId, at: new Date(at), kind, units: 0 } });
  await term(january, 'Standard');
  await term(january + 100 * 3_600_000, '');
  return { organizationId, clusterId };
};

let brokerId = 1;
const use = async (clusterId: string, atMs: number, quantity: number) => {
  brokerId += 1;
  const report = { brokerId, bootEpoch: 1, windowStartMs: atMs, windowEndMs: atMs + 10_000 };
  const row = { clusterId, principal: 'User:sa-1', topic: 'orders', meter: 'bytes_in', quantity };
  await recordUsage(deps, [UsageReport.parse({ ...report, rows: [row] })]);
};

/** What the worker does until it is as late as that. */
const until = async (ms: number): Promise<number> => {
  nowMs = ms;
  return finalizeInvoices(deps);
};

const invoicesOf = (organizationId: string) =>
  db.invoice.findMany({
    where: { organizationId },
    orderBy: { periodStart: 'asc' },
    include: { lines: { orderBy: { position: 'asc' } } },
  });

it('invoices a month once, when all that came in its grace is counted', async () => {
  const { clusterId, organizationId } = await organization();
  await use(clusterId, january + 60_000, gibibyte);
  expect(await until(february + invoiceGraceMs - 1)).toBe(0);
  expect(await until(february + invoiceGraceMs)).toBe(1);
  expect(await until(february + invoiceGraceMs + dayMs)).toBe(0);
  const [invoice, ...others] = await invoicesOf(organizationId);
  expect(others).toEqual([]);
  // 100 hours at 0.35, and a GiB at 0.04.
  expect(invoice).toMatchObject({
    periodStart: new Date(january),
    subtotalMicros: 35_040_000n,
    dueMicros: 35_040_000n,
    carriedAfter: 0n,
    priceBook: '2026-11',
    billTo: null,
  });
  expect(
    invoice?.lines.map(({ kind, meter, micros, quantity }) => [kind, meter, String(quantity), micros]),
  ).toEqual([
    ['USAGE', 'bytes_in', String(gibibyte), 40_000n],
    ['USAGE', 'cluster_seconds', '360000', 35_000_000n],
  ]);
});

it('writes no invoice twice, however many do it at once, and numbers them without gaps', async () => {
  const all = await Promise.all([organization(), organization(), organization()]);
  nowMs = february + invoiceGraceMs;
  const written = await Promise.all([finalizeInvoices(deps), finalizeInvoices(deps), finalizeInvoices(deps)]);
  expect(written.reduce((sum, each) => sum + each, 0)).toBe(3);
  for (const { organizationId } of all) expect(await invoicesOf(organizationId)).toHaveLength(1);
  const numbers = (await db.invoice.findMany({ orderBy: { number: 'asc' } })).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

it('puts what comes late on the next invoice, and only there', async () => {
  const { clusterId, organizationId } = await organization();
  await use(clusterId, january + 60_000, gibibyte);
  await until(february + invoiceGraceMs);
  await use(clusterId, january + 70_000, 2 * gibibyte);
  await until(march + invoiceGraceMs);
  await until(april + invoiceGraceMs);
  const [first, second, ...others] = await invoicesOf(organizationId);
  expect(others).toEqual([]);
  expect(first?.subtotalMicros).toBe(35_040_000n);
  expect(second?.lines).toMatchObject([
    { kind: 'ADJUSTMENT', meter: 'bytes_in', serviceStart: new Date(january), micros: 80_000n },
  ]);
  expect(second?.dueMicros).toBe(80_000n);
});

it('puts a window on the next invoice that comes when the ledger of its day is gone', async () => {
  const { clusterId, organizationId } = await organization();
  await use(clusterId, january + 60_000, gibibyte);
  await until(february + invoiceGraceMs);
  nowMs = february + 10 * dayMs;
  await dropUsage(deps, { rawDays: 2, hourMonths: 13 });
  expect(await db.usageSealed.count({ where: { grain: 'day', since: new Date(january) } })).toBe(1);
  expect(await db.usageLedger.count({ where: { clusterId } })).toBe(0);
  await use(clusterId, january + 120_000, 2 * gibibyte);
  await until(march + invoiceGraceMs);
  const [, next] = await invoicesOf(organizationId);
  const late = { kind: 'ADJUSTMENT', meter: 'bytes_in', serviceStart: new Date(january), micros: 80_000n };
  expect(next?.lines).toMatchObject([late]);
  expect(String(next?.lines[0]?.quantity)).toBe(String(2 * gibibyte));
  await until(april + invoiceGraceMs);
  expect((await invoicesOf(organizationId)).flatMap(({ lines }) => lines)).toHaveLength(3);
});

it('takes credits once, carries what is less than a cent, and keeps to whom it was billed', async () => {
  const { clusterId, organizationId } = await organization();
  await db.billingAccount.create({
    data: { organizationId, name: 'Ada Ltd', addressLines: ['1 Mill Lane'], country: 'GB', taxId: 'GB123' },
  });
  const credit = { organizationId, kind: 'PROMOTION', description: 'Welcome', currency: 'USD' };
  await db.billingCredit.createMany({
    data: [
      { ...credit, id: 'credit-late', micros: 1_000_000_000n, createdAt: new Date(april) },
      { ...credit, id: 'credit-small', micros: 10_000_000n },
      { ...credit, id: 'credit-gone', micros: 500_000n, expiresAt: new Date(january + dayMs) },
    ],
  });
  // 0.04 for each: a tenth of a GiB is 0.004.
  await use(clusterId, january + 60_000, gibibyte / 8);
  await until(february + invoiceGraceMs);
  await use(clusterId, january + 70_000, gibibyte / 8);
  await until(march + invoiceGraceMs);
  const [first, second] = await invoicesOf(organizationId);
  expect(first).toMatchObject({
    subtotalMicros: 35_005_000n,
    creditMicros: 10_000_000n,
    dueMicros: 25_000_000n,
    carriedAfter: 5_000n,
    issuedBy: ['Weir Ltd', 'Bath'],
    billTo: { name: 'Ada Ltd', address_lines: ['1 Mill Lane'], country: 'GB', tax_id: 'GB123' },
  });
  expect(first?.lines.filter(({ kind }) => kind === 'CREDIT')).toMatchObject([
    { creditId: 'credit-small', micros: -10_000_000n, description: 'Welcome' },
  ]);
  expect(second).toMatchObject({
    subtotalMicros: 5_000n,
    carriedBefore: 5_000n,
    creditMicros: 0n,
    dueMicros: 10_000n,
  });
});

interface Window {
  readonly window: number;
  readonly meter: 'bytes_in' | 'bytes_out';
  readonly topic: string;
  readonly quantity: number;
  readonly isLate: boolean;
}

const anyWindow: fc.Arbitrary<Window> = fc.record({
  // Ten seconds each, anywhere in the hundred hours of the cluster.
  window: fc.integer({ min: 0, max: 36_000 - 1 }),
  meter: fc.constantFrom('bytes_in' as const, 'bytes_out' as const),
  topic: fc.constantFrom('', 'orders', 'payments'),
  quantity: fc.integer({ min: 0, max: 2 ** 40 }),
  isLate: fc.boolean(),
});
const anyUsage = fc.uniqueArray(anyWindow, { minLength: 1, maxLength: 40, selector: ({ window }) => window });

it('invoices every byte of every window once, in whatever order and however often windows come', async () => {
  const check = async (windows: readonly Window[]) => {
    const { clusterId, organizationId } = await organization();
    brokerId += 1;
    const report = async ({ meter, quantity, topic, window }: Window) => {
      const windowStartMs = january + window * 10_000;
      const row = { clusterId, principal: 'User:sa-1', topic, meter, quantity };
      const head = { brokerId, bootEpoch: 1, windowStartMs, windowEndMs: windowStartMs + 10_000 };
      await recordUsage(deps, [UsageReport.parse({ ...head, rows: [row] })]);
    };
    const late = windows.filter(({ isLate }) => isLate);
    for (const window of windows.filter(({ isLate }) => !isLate)) await report(window);
    await until(february + invoiceGraceMs);
    for (const window of late.toReversed()) await report(window);
    for (const window of windows) await report(window);
    await until(march + invoiceGraceMs);
    const lines = (await invoicesOf(organizationId)).flatMap((invoice) => invoice.lines);
    for (const meter of ['bytes_in', 'bytes_out'] as const) {
      const used = windows.filter((each) => each.meter === meter);
      const quantity = used.reduce((sum, each) => sum + BigInt(each.quantity), 0n);
      const of = lines.filter((line) => line.meter === meter);
      expect(of.reduce((sum, line) => sum + BigInt(line.quantity.toFixed(0)), 0n)).toBe(quantity);
      const terms = await readTerms(db, organizationId, periodOf(january));
      const price = findPrice(terms.book, 'Standard', meter);
      if (price === undefined) throw new Error('bytes have no price');
      expect(of.reduce((sum, line) => sum + line.micros, 0n)).toBe(
        costOf(terms, price, 'LOCAL.local', quantity),
      );
    }
  };
  await fc.assert(fc.asyncProperty(anyUsage, check), { numRuns: 4, seed: 20_261_122, endOnFailure: true });
});

it('lets nobody change an invoice, and none that does not add up', async () => {
  await expect(db.invoice.updateMany({ data: { dueMicros: 0n } })).rejects.toThrow(/append-only/);
  await expect(db.invoiceLine.deleteMany({})).rejects.toThrow(/append-only/);
  const { billTo: _, ...wrong } = await db.invoice.findFirstOrThrow();
  const other = { id: 'inv-wrong', number: 999, organizationId: randomUUID() };
  const data = { ...wrong, ...other, dueMicros: wrong.dueMicros + 10_000n };
  await expect(db.invoice.create({ data })).rejects.toThrow(/invoices_add_up/);
});
