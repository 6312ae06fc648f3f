import { expect, test } from 'vitest';
import type { UsageReport } from '../deps.ts';
import { storageLookMs, storageLooksPerTale } from '../limits.ts';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { Metering } from './metering.ts';
import { noUsage } from './no-usage.ts';
import { StorageMeter } from './storage-meter.ts';

const minuteSec = storageLookMs / 1_000;

async function begin(partitionCount: number) {
  const broker = await GroupsForTests.start({}, partitionCount);
  const { clock, log } = broker.engine;
  const reports: UsageReport[] = [];
  const usage = { ...noUsage, report: async (report: UsageReport) => void reports.push(report) };
  const metering = new Metering({ clock, log, usage }, 1, 1);
  // A step of the wall clock, for which no time goes by.
  const wall = { stepMs: 0 };
  const stepped = {
    now: () => clock.now() + wall.stepMs,
    monotonicMs: () => clock.monotonicMs(),
    after: (ms: number, call: () => void) => clock.after(ms, call),
    soon: (call: () => void) => clock.soon(call),
  };
  const storage = new StorageMeter({ clock: stepped, log }, broker.cell, metering);
  storage.start();
  const told = (meter: string) =>
    reports
      .flatMap(({ rows }) => rows)
      .filter((row) => row.meter === meter)
      .map(({ clusterId, principal, keyId, topic, quantity }) => [
        clusterId,
        principal,
        keyId,
        topic,
        quantity,
      ]);
  const stop = async () => {
    await broker.engine.run(storage.stop());
    await broker.engine.run(metering.close());
  };
  return { broker, wall, told, stop };
}

test('each minute from the first look on counts for every partition that is led here, and for the bytes that lie in it', async () => {
  const { broker, told, stop } = await begin(3);
  const bytes = (await broker.append(0)) + (await broker.append(2));
  await broker.engine.pass(3 * storageLookMs);
  await stop();
  expect(told('partition_seconds')).toEqual([['lkc-a', '', '', 'topic', 2 * 3 * minuteSec]]);
  expect(told('stored_byte_seconds')).toEqual([['lkc-a', '', '', 'topic', 2 * bytes * minuteSec]]);
});

test('what a few minutes counted is told at once, an hour is sixty looks, and nothing is told twice', async () => {
  const { broker, told, stop } = await begin(1);
  await broker.engine.pass(60 * storageLookMs);
  await stop();
  const rows = told('partition_seconds').map(([, , , , quantity]) => Number(quantity));
  expect(rows.reduce((sum, seconds) => sum + seconds, 0)).toBe(59 * minuteSec);
  expect(rows.length).toBeLessThanOrEqual(60 / storageLooksPerTale + 1);
});

test('a clock that is set back and forth counts no minute more than went by', async () => {
  const { broker, wall, told, stop } = await begin(1);
  for (const stepMs of [0, -86_400_000, 30_000, 86_400_000, -45_000]) {
    wall.stepMs = stepMs;
    await broker.engine.pass(2 * storageLookMs);
  }
  await stop();
  const seconds = told('partition_seconds').reduce((sum, [, , , , quantity]) => sum + Number(quantity), 0);
  expect(seconds).toBeLessThanOrEqual(9 * minuteSec);
  expect(seconds).toBeGreaterThanOrEqual(4 * minuteSec);
});
