import { type ReceivedUsageReport, UsageReport } from '@weir/contracts/jobs/usage-report';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WorkerMetrics } from '../metrics.ts';
import { differencesOfDay, differencesOfHour } from './compare-usage.store.ts';
import { dropUsage, usageKeptUsual } from './drop-usage.ts';
import { rebuildAsked } from './rebuild-asked.ts';
import { recordUsage } from './record-usage.ts';
import { rollUpUsage } from './roll-up-usage.ts';

let database: TestDatabase;
let db: ControlDb;
let metrics: WorkerMetrics;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const first = Date.parse('2026-01-01T00:00:00Z');
const monthLater = first + 37 * dayMs;

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
});
beforeEach(() => {
  metrics = new WorkerMetrics();
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const depsAt = (nowMs: number) => ({
  ...{ db, metrics, logger: createLogger('worker', 'silent'), clock: { now: () => nowMs } },
});
const take = (...reports: readonly ReceivedUsageReport[]) => recordUsage(depsAt(first), reports);
const drop = (nowMs: number) => dropUsage(depsAt(nowMs), usageKeptUsual);

interface Counted {
  readonly topic?: string;
  readonly principal?: string;
  readonly keyId?: string;
  readonly meter?: UsageReport['rows'][number]['meter'];
  readonly quantity: number;
}
const windowOf = (clusterId: string, brokerId: number, windowStartMs: number, rows: readonly Counted[]) =>
  UsageReport.parse({
    ...{ brokerId, bootEpoch: 1, windowStartMs, windowEndMs: windowStartMs + 10_000 },
    rows: rows.map((row) => ({ clusterId, topic: '', principal: 'User:u-1', meter: 'bytes_in', ...row })),
  });

const differencesOf = async (dayStart: number): Promise<number> => {
  let sum = await differencesOfDay(db, new Date(dayStart));
  for (let ms = dayStart; ms < dayStart + dayMs; ms += hourMs)
    sum += await differencesOfHour(db, new Date(ms));
  return sum;
};
/** What is added up of a cluster, at each step. */
const sumsOf = async (clusterId: string) => {
  const where = { clusterId, meter: { not: 'connections_peak' } };
  const sum = { _sum: { quantity: true } } as const;
  const [minutes, hours, clusterHours, days] = await Promise.all([
    db.usageMinute.aggregate({ where, ...sum }),
    db.usageHour.aggregate({ where, ...sum }),
    db.usageClusterHour.aggregate({ where, ...sum }),
    db.usageDay.aggregate({ where, ...sum }),
  ]);
  return [minutes, hours, clusterHours, days].map(({ _sum }) => Number(_sum.quantity ?? 0n));
};
const everything = async (clusterId: string) => ({
  minutes: await db.usageMinute.findMany({ where: { clusterId }, orderBy: allOf('minute') }),
  hours: await db.usageHour.findMany({ where: { clusterId }, orderBy: allOf('hour') }),
  clusterHours: await db.usageClusterHour.findMany({
    where: { clusterId },
    orderBy: [{ hour: 'asc' }, { meter: 'asc' }],
  }),
  days: await db.usageDay.findMany({ where: { clusterId }, orderBy: allOf('day') }),
});
const allOf = <Name extends string>(name: Name) =>
  [name, 'meter', 'topic', 'principal', 'keyId'].map((each) => ({ [each]: 'asc' as const })) as Record<
    Name,
    'asc'
  >[]; // Each has one of these names.

const counted = fc.record({
  topic: fc.constantFrom('', 'a', 'b'),
  principal: fc.constantFrom('User:u-1', 'User:u-2'),
  keyId: fc.constantFrom('', 'KEY1'),
  meter: fc.constantFrom('bytes_in', 'requests', 'connections_peak'),
  quantity: fc.integer({ min: 0, max: 1_000_000_000_000 }),
});
const nameOf = ({ keyId, meter, principal, topic }: Counted) => `${meter} ${topic} ${principal} ${keyId}`;
const sentWindow = fc.record({
  brokerId: fc.integer({ min: 1, max: 3 }),
  // Around midnight and the turn of hours, some a millisecond beside the others.
  startMs: fc
    .tuple(fc.integer({ min: -400, max: 400 }), fc.constantFrom(0, 1))
    .map(([steps, beside]) => first + dayMs + steps * 10_000 + beside),
  rows: fc.uniqueArray(counted, { selector: nameOf, maxLength: 6 }),
});
let run = 0;

it('all that is derived equals the ledger, in whatever order, however late and often windows come', async () => {
  const windows = fc.uniqueArray(sentWindow, {
    selector: ({ brokerId, startMs }) => `${brokerId} ${startMs}`,
    minLength: 1,
    maxLength: 40,
  });
  const order = fc.array(fc.nat({ max: 39 }), { minLength: 20, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(windows, order, fc.integer({ min: 1, max: 7 }), async (sent, again, atOnce) => {
      run += 1;
      const clusterId = `lkc-any-${run}`;
      const reports = sent.map(({ brokerId, rows, startMs }) =>
        windowOf(clusterId, brokerId + 10 * run, startMs, rows),
      );
      const arriving = [...again.flatMap((at) => reports[at] ?? []), ...reports.toReversed()];
      const batches = Array.from({ length: Math.ceil(arriving.length / atOnce) }, (_, at) =>
        arriving.slice(at * atOnce, (at + 1) * atOnce),
      );
      await Promise.all(batches.map((batch) => take(...batch)));
      const sum = sent
        .flatMap(({ rows }) => rows)
        .reduce((total, row) => total + (row.meter === 'connections_peak' ? 0 : row.quantity), 0);
      expect(await sumsOf(clusterId)).toEqual([sum, sum, sum, sum]);
      expect((await differencesOf(first)) + (await differencesOf(first + dayMs))).toBe(0);
      const before = await everything(clusterId);
      await rollUpUsage(depsAt(first), { sinceMs: first });
      expect(await everything(clusterId)).toEqual(before);
    }),
    { numRuns: 6 },
  );
}, 60_000);

it('a day leaves when its time is over, and what is derived of it stays', async () => {
  const usage = [{ quantity: 5, topic: 'a' }, { meter: 'connections_peak', quantity: 3 } as const];
  await take(windowOf('lkc-left', 1, first + 2 * dayMs, usage));
  await drop(first + 2 * dayMs + usageKeptUsual.rawDays * dayMs);
  expect(await sumsOf('lkc-left')).toEqual([5, 5, 5, 5]);
  await drop(monthLater + dayMs);
  expect(await sumsOf('lkc-left')).toEqual([0, 5, 5, 5]);
  const where = { clusterId: 'lkc-left' };
  expect([await db.usageLedger.count({ where }), await db.usageMinute.count({ where })]).toEqual([0, 0]);
  const peak = await db.usageClusterHour.findFirst({ where: { ...where, meter: 'connections_peak' } });
  expect(Number(peak?.quantity)).toBe(3);
  const parts = await db.$queryRaw<unknown[]>`SELECT FROM pg_class WHERE relname = 'usage_ledger_20260103'`;
  expect(parts).toEqual([]);
});

it('a window of a day that is gone counts once, and is known for good', async () => {
  const known = windowOf('lkc-late', 1, first + 3 * dayMs, [{ quantity: 5 }]);
  await take(known);
  await drop(monthLater + 3 * dayMs);
  const late = windowOf('lkc-late', 1, first + 3 * dayMs + 10_000, [{ quantity: 7 }]);
  const beside = windowOf('lkc-late', 1, first + 3 * dayMs + 10_001, [{ quantity: 100 }]);
  const other = windowOf('lkc-late', 2, first + 3 * dayMs, [{ quantity: 1_000 }]);
  for (const each of [known, late, known, beside, late, other]) await take(each);
  await Promise.all([take(late, other), take(beside, known), take(late)]);
  expect(await sumsOf('lkc-late')).toEqual([0, 1_112, 1_112, 1_112]);
  expect(await db.usageLate.count({ where: { clusterId: 'lkc-late' } })).toBe(3);
  const text = await metrics.registry.metrics();
  expect(text).toContain('weir_worker_usage_late_windows_total{outcome="taken"} 3');
  await drop(monthLater + 4 * dayMs);
  expect(await sumsOf('lkc-late')).toEqual([0, 1_112, 1_112, 1_112]);
});

it.each([
  ['usage_minutes', 'minute'],
  ['usage_hours', 'hour'],
  ['usage_cluster_hours', 'hour'],
  ['usage_days', 'day'],
])(
  'a day stays, and is shown, while %s differs from its ledger; once that is mended it goes',
  async (table) => {
    const offset = 5 + ['usage_minutes', 'usage_hours', 'usage_cluster_hours', 'usage_days'].indexOf(table);
    const clusterId = `lkc-${table}`;
    await take(windowOf(clusterId, 1, first + offset * dayMs, [{ quantity: 5 }]));
    await db.$executeRawUnsafe(
      `UPDATE ${table} SET quantity = quantity + 1 WHERE cluster_id = '${clusterId}'`,
    );
    const nowMs = monthLater + offset * dayMs;
    await drop(nowMs);
    expect(await db.usageLedger.count({ where: { clusterId } })).toBe(1);
    expect(await metrics.registry.metrics()).toContain('weir_worker_usage_parts_kept 1');
    await db.usageRebuild.create({ data: { day: new Date(first + offset * dayMs) } });
    expect(await rebuildAsked(depsAt(nowMs))).toBe(1);
    expect(await rebuildAsked(depsAt(nowMs))).toBe(0);
    await drop(nowMs);
    expect(await db.usageLedger.count({ where: { clusterId } })).toBe(0);
    expect(await metrics.registry.metrics()).toContain('weir_worker_usage_parts_kept 0');
  },
);

it('a day that was sealed by somebody who was stopped then is dropped with the next look', async () => {
  const since = new Date(first + 10 * dayMs);
  await take(windowOf('lkc-cut', 1, since.getTime(), [{ quantity: 5 }]));
  await db.usageSealed.create({ data: { grain: 'day', since } });
  await drop(monthLater + 10 * dayMs);
  expect(await db.usageLedger.count({ where: { clusterId: 'lkc-cut' } })).toBe(0);
});

it('hours by topic and key leave after thirteen months, a later window counts for its day, and not again', async () => {
  const at = first + 11 * dayMs;
  await take(windowOf('lkc-old', 1, at, [{ quantity: 5, topic: 'a' }]));
  await drop(Date.parse('2027-02-28T23:59:59Z'));
  expect(await sumsOf('lkc-old')).toEqual([0, 5, 5, 5]);
  await drop(Date.parse('2027-03-01T00:00:00Z'));
  expect(await sumsOf('lkc-old')).toEqual([0, 0, 5, 5]);
  const late = windowOf('lkc-old', 1, at + 10_000, [{ quantity: 2, topic: 'a' }]);
  await take(late);
  await take(late);
  expect(await sumsOf('lkc-old')).toEqual([0, 0, 7, 7]);
});

it('windows of days ahead have a place before they come', async () => {
  await drop(Date.parse('2028-02-28T12:00:00Z'));
  const parts = await db.$queryRaw<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relname LIKE 'usage_ledger_2028____' AND relkind = 'r' ORDER BY 1`;
  const days = ['20280228', '20280229', '20280301', '20280302'];
  expect(parts.map(({ name }) => name)).toEqual(days.map((day) => `usage_ledger_${day}`));
});
