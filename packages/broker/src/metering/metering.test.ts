import { expect, test } from 'vitest';
import type { UsageReport } from '../deps.ts';
import { usageWindowMs } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { Metering } from './metering.ts';

function measured() {
  const engine = new Engine();
  const reports: UsageReport[] = [];
  const held: UsageReport[] = [];
  const usage = {
    report: async (report: UsageReport) => void reports.push(report),
    hold: async (report: UsageReport) => void held.push(report),
  };
  const metering = new Metering({ clock: engine.clock, log: engine.log, usage }, 1, 7);
  const total = (meter: string) =>
    reports
      .flatMap((report) => report.rows)
      .filter((row) => row.meter === meter)
      .reduce((sum, row) => sum + row.quantity, 0);
  return { engine, metering, reports, held, total };
}

test('what is counted before, at and after a change of windows is in exactly one of them', async () => {
  const { engine, metering, reports, total } = measured();
  const meter = metering.principal('lkc-a', 'User:sa-1');
  meter.connected();
  for (let index = 0; index < 100; index += 1) {
    meter.of('topic').bytesIn += index;
    await engine.pass(997);
  }
  await metering.close();
  expect(total('bytes_in')).toBe(4950);
  const starts = reports.map((report) => report.windowStartMs);
  expect(new Set(starts).size).toBe(starts.length);
  for (const start of starts) expect(start % usageWindowMs).toBe(0);
});

test('nothing is reported of a window in which nothing happened', async () => {
  const { engine, metering, reports } = measured();
  await engine.pass(usageWindowMs * 3);
  await metering.close();
  expect(reports).toEqual([]);
});

test('a request that outlives its connection, and the window, still counts', async () => {
  const { engine, metering, total } = measured();
  const meter = metering.principal('lkc-a', 'User:sa-1');
  meter.connected();
  meter.requestBegins();
  meter.disconnected();
  await engine.pass(usageWindowMs * 3);
  const another = metering.principal('lkc-a', 'User:sa-1');
  another.of('topic').bytesIn += 1;
  meter.of('topic').bytesIn += 10;
  meter.requestEnds();
  await metering.close();
  expect(total('bytes_in')).toBe(11);
});

test('the peak of connections is that of the window, also of those from before it', async () => {
  const { engine, metering, reports } = measured();
  const meter = metering.principal('lkc-a', 'User:sa-1');
  for (let count = 0; count < 3; count += 1) meter.connected();
  meter.disconnected();
  await engine.pass(usageWindowMs);
  await engine.pass(usageWindowMs);
  const peaks = reports.flatMap((report) => report.rows).map((row) => row.quantity);
  expect(peaks.slice(0, 2)).toEqual([3, 2]);
  await metering.close();
});

test('two clusters and two principals never share a row', async () => {
  const { metering, reports } = measured();
  for (const [cluster, principal] of [
    ['lkc-a', 'User:1'],
    ['lkc-a', 'User:2'],
    ['lkc-b', 'User:1'],
  ] as const) {
    metering.principal(cluster, principal).of('same').bytesOut += 5;
  }
  await metering.close();
  expect(
    reports
      .flatMap((report) => report.rows)
      .map((row) => `${row.clusterId} ${row.principal} ${row.quantity}`),
  ).toEqual(['lkc-a User:1 5', 'lkc-a User:2 5', 'lkc-b User:1 5']);
});

test('the open window is brought to safety when its figures moved, under the start of its window', async () => {
  const { engine, metering, held, reports } = measured();
  metering.principal('lkc-a', 'User:1').of('topic').bytesIn += 3;
  await engine.pass(1_500);
  await engine.pass(1_500);
  expect(held).toHaveLength(1);
  await metering.close();
  expect(held[0]).toEqual(reports[0]);
});
