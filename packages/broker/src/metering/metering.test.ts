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
    countedBefore: async () => [],
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
  const meter = metering.client('lkc-a', 'User:sa-1', 'KEY');
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

test('two keys of one principal are two rows', async () => {
  const { metering, reports } = measured();
  metering.client('lkc-a', 'User:sa-1', 'KEY1').wrote('topic', 5, 1);
  metering.client('lkc-a', 'User:sa-1', 'KEY2').wrote('topic', 7, 1);
  await metering.close();
  const bytes = reports.flatMap(({ rows }) => rows).filter(({ meter }) => meter === 'bytes_in');
  expect(bytes.map(({ keyId, quantity }) => [keyId, quantity])).toEqual([
    ['KEY1', 5],
    ['KEY2', 7],
  ]);
});

test('nothing is reported of a window in which nothing happened', async () => {
  const { engine, metering, reports } = measured();
  await engine.pass(usageWindowMs * 3);
  await metering.close();
  expect(reports).toEqual([]);
});

test('a request that outlives its connection, and the window, still counts', async () => {
  const { engine, metering, total } = measured();
  const meter = metering.client('lkc-a', 'User:sa-1', 'KEY');
  meter.connected();
  meter.requestBegins();
  meter.disconnected();
  await engine.pass(usageWindowMs * 3);
  const another = metering.client('lkc-a', 'User:sa-1', 'KEY');
  another.of('topic').bytesIn += 1;
  meter.of('topic').bytesIn += 10;
  meter.requestEnds();
  await metering.close();
  expect(total('bytes_in')).toBe(11);
});

test('the peak of connections is that of the window, also of those from before it', async () => {
  const { engine, metering, reports } = measured();
  const meter = metering.client('lkc-a', 'User:sa-1', 'KEY');
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
    metering.client(cluster, principal, 'KEY').of('same').bytesOut += 5;
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
  metering.client('lkc-a', 'User:1', 'KEY').of('topic').bytesIn += 3;
  await engine.pass(1_500);
  await engine.pass(1_500);
  expect(held).toHaveLength(1);
  await metering.close();
  expect(held[0]).toEqual(reports[0]);
});

test('what is counted before a broker has registered is told apart from its lives, and from itself before', async () => {
  const { engine, reports } = measured();
  const usage = {
    countedBefore: async () => [],
    report: async (report: UsageReport) => void reports.push(report),
    hold: async () => undefined,
  };
  for (let start = 0; start < 3; start += 1) {
    await engine.pass(1_000);
    const metering = new Metering({ clock: engine.clock, log: engine.log, usage }, 1);
    metering.client('lkc-a', 'User:sa-1', 'KEY').of('topic').bytesOut += 1;
    await metering.close();
  }
  expect(new Set(reports.map(({ bootEpoch, windowStartMs }) => `${bootEpoch}/${windowStartMs}`)).size).toBe(
    3,
  );
  expect(reports.map(({ bootEpoch }) => bootEpoch)).toEqual([0, 0, 0]);
  for (const { windowEndMs } of reports) expect(windowEndMs % usageWindowMs).toBe(0);
});

test('who signs in with a secret is in the report of the window, and holding it early tells nothing twice', async () => {
  const { engine, metering, reports, held } = measured();
  const by = { address: '192.0.2.1', clientId: 'app', softwareName: null, softwareVersion: null };
  const of = { keyId: 'KEY', secretNumber: 2, clusterId: 'lkc-a' };
  for (let time = 0; time < 1_000; time += 1) metering.keyUses.end(metering.keyUses.begin(of, by));
  await engine.pass(usageWindowMs);
  await metering.close();
  expect(reports.flatMap(({ keyUses }) => keyUses)).toMatchObject([{ ...of, ...by }]);
  expect(held.flatMap(({ keyUses }) => keyUses)).toEqual([]);
});

test.each([
  ['back by a day', -86_400_000],
  ['forward by a day', 86_400_000],
  ['back within a window', -4_000],
])('a clock that is set %s makes no window longer than two, and none is told twice', async (_how, stepMs) => {
  const engine = new Engine();
  const reports: UsageReport[] = [];
  let steppedMs = 0;
  const clock = { ...engine.clock, now: () => engine.clock.now() + steppedMs };
  const usage = {
    countedBefore: async () => [],
    report: async (report: UsageReport) => void reports.push(report),
    hold: async () => undefined,
  };
  const metering = new Metering({ clock, log: engine.log, usage }, 1, 7);
  const meter = metering.client('lkc-a', 'User:sa-1', 'KEY');
  meter.connected();
  for (let second = 0; second < 120; second += 1) {
    // Twice, so that moments come again that came again before.
    if (second === 33 || second === 77) steppedMs += stepMs;
    meter.of('topic').bytesIn += 1;
    await engine.pass(1_000);
  }
  await metering.close();
  const counted = reports.map(({ rows }) => rows.find((row) => row.meter === 'bytes_in')?.quantity ?? 0);
  expect(counted.reduce((sum, quantity) => sum + quantity, 0)).toBe(120);
  expect(Math.max(...counted)).toBeLessThanOrEqual(20);
  const starts = reports.map(({ windowStartMs }) => windowStartMs);
  expect(new Set(starts).size).toBe(starts.length);
  for (const { windowStartMs, windowEndMs } of reports) {
    expect(windowEndMs - windowStartMs).toBeLessThanOrEqual(usageWindowMs);
    expect(windowEndMs - windowStartMs).toBeGreaterThan(usageWindowMs - 10);
  }
});

test('a request is counted once, however many topics it is about', async () => {
  const { metering, total, reports } = measured();
  const meter = metering.client('lkc-a', 'User:sa-1', 'KEY');
  meter.requested();
  for (const topic of ['a', 'b', 'c']) meter.served(topic, 10, 1);
  await metering.close();
  expect(total('requests')).toBe(1);
  expect(total('bytes_out')).toBe(30);
  expect(reports[0]?.rows.find((row) => row.meter === 'requests')?.topic).toBe('');
});
