import { createCluster } from '@weir/contracts/clusters';
import { getUsageBreakdown, getUsageSeries, UsageBreakdown } from '@weir/contracts/usage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { addUsedHour, makeUsageDays } from '../testing/usage-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let id: string;
const minute = Date.parse('2026-01-01T10:00:00.000Z');
const from = new Date(minute).toISOString();
const to = new Date(minute + 60_000).toISOString();

beforeAll(async () => {
  api = await startTestApi();
  person = await api.signUp();
  id = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
  const row = { bootEpoch: 1, clusterId: id, principal: 'User:u-1', topic: '' };
  const at = (window: number) => new Date(minute + window * 10_000);
  const peak = (brokerId: number, window: number, quantity: bigint) => ({
    ...row,
    brokerId,
    windowStart: at(window),
    meter: 'connections_peak',
    quantity,
  });
  const bytes = (brokerId: number, window: number, topic: string, quantity: bigint) => ({
    ...row,
    brokerId,
    windowStart: at(window),
    topic,
    meter: 'bytes_in',
    quantity,
  });
  const ledger = [bytes(1, 0, 'a', 5n), bytes(1, 0, 'b', 7n), bytes(2, 0, 'a', 1n), bytes(1, 3, 'a', 9n)];
  const peaks = [{ ...peak(1, 0, 1n), keyId: 'KEY1' }, { ...peak(1, 0, 2n), keyId: 'KEY2' }, peak(2, 0, 4n)];
  await makeUsageDays(api, new Date(minute), new Date());
  await api.platform.db.usageLedger.createMany({ data: [...ledger, ...peaks] });
  const derived = { clusterId: id, principal: 'User:u-1', topic: 'a', meter: 'bytes_in' };
  await api.platform.db.usageMinute.createMany({
    data: [
      { ...derived, minute: new Date(minute), quantity: 15n },
      { ...derived, minute: new Date(minute), topic: 'b', keyId: 'KEY1', quantity: 7n },
      { ...derived, minute: new Date(minute + 60_000), quantity: 100n },
      { ...derived, minute: new Date(minute), topic: '', meter: 'connections_peak', quantity: 7n },
      { ...derived, minute: new Date(minute + 60_000), topic: '', meter: 'connections_peak', quantity: 2n },
    ],
  });
  const used = { clusterId: id, hour: new Date(minute), kind: 'Basic', principal: 'User:u-1' };
  await addUsedHour(api, { ...used, meter: 'bytes_in', topic: 'a', quantity: 115n });
  await addUsedHour(api, { ...used, meter: 'bytes_in', topic: 'b', keyId: 'KEY1', quantity: 7n });
  await api.platform.db.usageClusterHour.create({
    data: { clusterId: id, hour: new Date(minute), kind: 'Basic', meter: 'connections_peak', quantity: 7n },
  });
});
afterAll(() => api.close());

const series = (query: Record<string, string>) => person.call(getUsageSeries, { params: { id }, query });

it('adds up the windows of all brokers and keys in buckets of ten seconds, peaks by their largest', async () => {
  const { points } = await series({ granularity: 'PT10S', from, to });
  expect(points.map((point) => point.bytes_in)).toEqual([13, 0, 0, 9, 0, 0]);
  expect(points.map((point) => point.connections_peak)).toEqual([7, 0, 0, 0, 0, 0]);
  expect(points[0]?.start).toBe(from);
});

it('takes minutes and hours from what is derived, sums added and peaks not', async () => {
  const hour = new Date(minute + 3_600_000).toISOString();
  const minutes = await series({ granularity: 'PT1M', from, to: new Date(minute + 120_000).toISOString() });
  expect(minutes.points.map((point) => point.bytes_in)).toEqual([22, 100]);
  const { points } = await series({ granularity: 'PT1H', from, to: hour });
  expect(points).toMatchObject([{ bytes_in: 122, connections_peak: 7 }]);
});

it('says up to when it is complete: the slowest broker that is alive', async () => {
  expect((await series({})).complete_until).toBeNull();
  const now = Date.now();
  const window = (brokerId: number, endsBefore: number) => ({
    brokerId,
    bootEpoch: 1,
    windowStart: new Date(now - endsBefore - 10_000),
    windowEnd: new Date(now - endsBefore),
  });
  await api.platform.db.usageWindow.createMany({
    data: [window(1, 2_000), window(2, 12_000), window(3, 600_000)],
  });
  expect((await series({})).complete_until).toBe(new Date(now - 12_000).toISOString());
});

it('breaks an interval down by topic, largest first', async () => {
  const query = { by: 'topic', from, to };
  const { data } = await person.call(getUsageBreakdown, { params: { id }, query });
  expect(data).toEqual([
    { name: 'a', meter: 'bytes_in', quantity: 15 },
    { name: 'b', meter: 'bytes_in', quantity: 7 },
  ]);
});

it('breaks an interval down by key, without what no key was used for', async () => {
  const query = { by: 'key', from, to };
  const { data } = await person.call(getUsageBreakdown, { params: { id }, query });
  expect(data).toEqual([{ name: 'KEY1', meter: 'bytes_in', quantity: 7 }]);
});

it('breaks down what is asked for alone, and refuses what does not add up', async () => {
  const broken = async (...meters: readonly string[]) => {
    const query = new URLSearchParams({ by: 'topic', from, to });
    for (const meter of meters) query.append('meter', meter);
    return person.send('GET', `/usage/v1/clusters/${id}/breakdown?${query}`);
  };
  const names = async (...meters: readonly string[]) =>
    UsageBreakdown.parse((await broken(...meters)).body).data.map(({ name }) => name);
  expect(await names('bytes_in', 'bytes_out')).toEqual(['a', 'b']);
  expect(await names('bytes_in')).toEqual(['a', 'b']);
  expect(await names('bytes_out')).toEqual([]);
  for (const meter of ['connections_peak', 'weather']) expect((await broken(meter)).status).toBe(400);
});

it('breaks hours and days down as it does minutes, and all of them together', async () => {
  const broken = async (start: string, end: string) => {
    const query = { by: 'topic', from: start, to: end };
    const found = await person.call(getUsageBreakdown, { params: { id }, query });
    return found.data.map(({ name, quantity }) => [name, quantity]);
  };
  const [a, b] = [
    ['a', 115],
    ['b', 7],
  ];
  expect(await broken(from, '2026-01-01T11:00:00.000Z')).toEqual([a, b]);
  expect(await broken('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z')).toEqual([a, b]);
  expect(await broken('2025-12-31T22:58:30.000Z', '2026-01-02T02:02:00.000Z')).toEqual([a, b]);
  expect(await broken('2026-01-01T10:01:00.000Z', '2026-01-02T00:00:00.000Z')).toEqual([['a', 100]]);
});

it('says which hours it is about where minutes are gone, and refuses to show what is not kept any more', async () => {
  const since = new Date('2026-01-01T00:00:00.000Z');
  await api.platform.db.usageSealed.create({ data: { grain: 'day', since } });
  const query = { by: 'topic', from: '2026-01-01T10:20:00.000Z', to: '2026-01-01T10:30:00.000Z' };
  const found = await person.call(getUsageBreakdown, { params: { id }, query });
  expect([found.from, found.to]).toEqual([from, '2026-01-01T11:00:00.000Z']);
  expect(found.data.map(({ quantity }) => quantity)).toEqual([115, 7]);
  for (const granularity of ['PT10S', 'PT1M']) {
    const { status, text } = await person.try(getUsageSeries, {
      params: { id },
      query: { granularity, from, to },
    });
    expect([status, text]).toEqual([400, expect.stringContaining('Before 2026-01-02T00:00:00.000Z')]);
  }
  expect((await series({ granularity: 'PT1H', from, to })).points).toMatchObject([{ bytes_in: 122 }]);
});
