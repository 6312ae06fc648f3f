import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UsageReport } from '@weir/contracts/jobs/usage-report';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageSpool } from './usage-spool.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weir-spool-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function reportOf(windowStartMs: number, quantity: number): UsageReport {
  const row = {
    clusterId: 'lkc-1',
    principal: 'User:u-1',
    keyId: 'KEY',
    topic: 'orders',
    meter: 'bytes_in' as const,
    quantity,
  };
  const windowEndMs = windowStartMs + 10_000;
  return { brokerId: 1, bootEpoch: 3, windowStartMs, windowEndMs, rows: [row], reached: [], keyUses: [] };
}

/** Every report in the spool, one after the other. */
async function read(spool: UsageSpool): Promise<UsageReport[]> {
  const reports: UsageReport[] = [];
  for (const spooled of await spool.oldest(10)) reports.push(await spooled.read());
  return reports;
}

test('naming the oldest reports reads none of them', async () => {
  const spool = new UsageSpool(dir);
  await spool.put(reportOf(10_000, 1));
  for (const name of readdirSync(dir)) writeFileSync(join(dir, name), 'unreadable');
  const [spooled] = await spool.oldest(10);
  await expect(spooled?.read()).rejects.toThrow();
});

test('reports come back oldest first, also to another life of the process, until they are removed', async () => {
  const first = new UsageSpool(dir);
  await first.put(reportOf(20_000, 2));
  await first.put(reportOf(10_000, 1));
  const second = new UsageSpool(dir);
  expect(await read(second)).toEqual([reportOf(10_000, 1), reportOf(20_000, 2)]);
  const [oldest] = await second.oldest(1);
  if (oldest === undefined) throw new Error('two reports were spooled');
  await second.remove(oldest);
  expect(await read(second)).toEqual([reportOf(20_000, 2)]);
});

test('a window that was held and never reported is reported by the next life, as it was held last', async () => {
  const killed = new UsageSpool(dir);
  await killed.hold(reportOf(10_000, 5));
  await killed.hold(reportOf(10_000, 7));
  const next = new UsageSpool(dir);
  await next.adopt();
  await next.adopt();
  expect(await read(next)).toEqual([reportOf(10_000, 7)]);
});

test('a window that was held and then reported counts once', async () => {
  const spool = new UsageSpool(dir);
  await spool.hold(reportOf(10_000, 5));
  await spool.put(reportOf(10_000, 9));
  await new UsageSpool(dir).adopt();
  expect(await read(spool)).toEqual([reportOf(10_000, 9)]);
});

test('there may be nothing to adopt', async () => {
  const spool = new UsageSpool(join(dir, 'not-there-yet'));
  await spool.adopt();
  expect(await spool.size()).toBe(0);
});

test.each(['', '{"brokerId":1,', '\0\0\0\0'])(
  'a held window that a power cut left as %j does not keep the broker from starting',
  async (text) => {
    const spool = new UsageSpool(dir);
    await spool.hold(reportOf(20_000, 1));
    writeFileSync(join(dir, 'open-window'), text);
    expect(await spool.adopt()).toBe('unreadable');
    expect(await spool.adopt()).toBe('done');
  },
);

const rowOf = (id: string, through: number, isDone = false) => ({
  id,
  topicId: 'T',
  topic: 'orders',
  partition: 0,
  firstEpoch: 1,
  lastEpoch: 1,
  through,
  ahead: [],
  to: null,
  isDone,
});

test('what a life has not counted is told to the next, with what it held last', async () => {
  const killed = new UsageSpool(dir);
  await killed.put({ ...reportOf(10_000, 1), counted: [rowOf('1-1', 4), rowOf('1-2', 7)] });
  await killed.put({ ...reportOf(20_000, 1), counted: [rowOf('1-1', 9, true)] });
  await killed.hold({ ...reportOf(30_000, 1), counted: [rowOf('1-2', 8), rowOf('1-3', 0)] });
  const next = new UsageSpool(dir);
  expect(await next.adopt()).toBe('done');
  expect(next.uncounted()).toEqual([rowOf('1-2', 8), rowOf('1-3', 0)]);
  expect((await read(next)).at(-1)).toEqual(reportOf(30_000, 1));
});

test('a kill between a report and what belongs to it leaves neither without the other', async () => {
  const killed = new UsageSpool(dir);
  await killed.put({ ...reportOf(10_000, 1), counted: [rowOf('1-1', 4)] });
  const before = readFileSync(join(dir, 'uncounted'));
  await killed.put({ ...reportOf(20_000, 1), counted: [rowOf('1-1', 9)] });
  writeFileSync(join(dir, 'uncounted'), before);
  const next = new UsageSpool(dir);
  await next.adopt();
  expect(next.uncounted()).toEqual([rowOf('1-1', 9)]);
});

test('the report of a window leaves what is held of a later one', async () => {
  const spool = new UsageSpool(dir);
  await spool.hold(reportOf(20_000, 5));
  await spool.put(reportOf(10_000, 1));
  const next = new UsageSpool(dir);
  await next.adopt();
  expect(await read(next)).toEqual([reportOf(10_000, 1), reportOf(20_000, 5)]);
});

test('an unreadable list of what is not counted is put aside and told', async () => {
  writeFileSync(join(dir, 'uncounted'), '[{');
  const spool = new UsageSpool(dir);
  expect([await spool.adopt(), spool.uncounted()]).toEqual(['unreadable', []]);
  expect(await spool.adopt()).toBe('done');
});
