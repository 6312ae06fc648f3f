import { createCluster } from '@weir/contracts/clusters';
import { listMetricDescriptors, queryMetrics } from '@weir/contracts/metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { addUsedHour, makeUsageDays } from '../testing/usage-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let clusterId: string;
const start = '2026-01-01T10:00:00.000Z';

beforeAll(async () => {
  api = await startTestApi();
  person = await api.signUp();
  clusterId = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
  await makeUsageDays(api, new Date(start));
  const row = (minute: number, principal: string, topic: string, quantity: bigint) => ({
    clusterId,
    minute: new Date(Date.parse(start) + minute * 60_000),
    principal: `User:${principal}`,
    topic,
    meter: 'bytes_in',
    quantity,
  });
  const rows = [
    row(0, 'u-1', 'a', 1n),
    row(0, 'u-2', 'a', 2n),
    row(1, 'u-1', 'b', 4n),
    row(70, 'u-1', 'a', 8n),
  ];
  await api.platform.db.usageMinute.createMany({ data: rows });
  for (const { minute, ...used } of rows) {
    const hour = new Date(Math.floor(minute.getTime() / 3_600_000) * 3_600_000);
    await addUsedHour(api, { ...used, hour, kind: 'Basic' });
  }
});
afterAll(() => api.close());

const received = 'io.weir.kafka.server/received_bytes';
const ask = (change: object, client = person, value = clusterId) =>
  client.try(queryMetrics, {
    body: {
      aggregations: [{ metric: received }],
      filter: { field: 'resource.kafka.id', op: 'EQ', value },
      intervals: [`${start}/PT2H`],
      ...change,
    },
  });

it('sums one metric of one cluster by the hour or the minute, newest first', async () => {
  const values = async (change: object) => {
    const { body } = await ask(change);
    return queryMetrics.response.parse(body).data.map((point) => point.value);
  };
  expect(await values({})).toEqual([8, 7]);
  expect(await values({ granularity: 'PT1M' })).toEqual([8, 4, 3]);
  expect(await values({ granularity: 'PT1M', limit: 1 })).toEqual([8]);
  expect(await values({ granularity: 'P1D' })).toEqual([15]);
  expect(await values({ intervals: [`${start}/PT1M`] })).toEqual([3]);
});

it('groups by topic and principal, and takes one topic alone', async () => {
  const grouped = await ask({
    group_by: ['metric.topic', 'metric.principal_id'],
    intervals: [`${start}/PT1H`],
  });
  expect(grouped.body).toEqual({
    data: [
      { timestamp: start, value: 4, 'metric.topic': 'b', 'metric.principal_id': 'u-1' },
      { timestamp: start, value: 2, 'metric.topic': 'a', 'metric.principal_id': 'u-2' },
      { timestamp: start, value: 1, 'metric.topic': 'a', 'metric.principal_id': 'u-1' },
    ],
  });
  const filters = [
    { field: 'resource.kafka.id', op: 'EQ', value: clusterId },
    { field: 'metric.topic', op: 'EQ', value: 'b' },
  ];
  const one = await ask({ filter: { op: 'AND', filters } });
  expect(one.body).toEqual({ data: [{ timestamp: start, value: 4 }] });
});

it('refuses to look for topics in requests, which are not counted by topic, and says so beforehand', async () => {
  const aggregations = [{ metric: 'io.weir.kafka.server/request_count' }];
  const filters = [
    { field: 'resource.kafka.id', op: 'EQ', value: clusterId },
    { field: 'metric.topic', op: 'EQ', value: 'b' },
  ];
  for (const change of [{ group_by: ['metric.topic'] }, { filter: { op: 'AND', filters } }]) {
    const { status, text } = await ask({ aggregations, ...change });
    expect([status, text]).toEqual([400, expect.stringContaining('Leave metric.topic out')]);
  }
  expect((await ask({ aggregations, group_by: ['metric.principal_id'] })).status).toBe(200);
  const described = (await person.call(listMetricDescriptors, {})).data;
  const labelsOf = (name: string) =>
    described.find((each) => each.name === name)?.labels.map(({ key }) => key);
  expect(labelsOf('io.weir.kafka.server/request_count')).toEqual(['metric.principal_id']);
  expect(labelsOf('io.weir.kafka.server/sent_bytes')).toContain('metric.topic');
});

it("answers for another's cluster as for none at all", async () => {
  const stranger = (await api.signUp()).with({ 'x-request-id': 'the-same-request' });
  const theirs = await ask({}, stranger);
  const none = await ask({}, stranger, 'lkc-0000000000');
  expect(theirs.status).toBe(404);
  expect(theirs.text).toBe(none.text);
});

it('describes the metrics that it takes', async () => {
  const { data } = await person.call(listMetricDescriptors, {});
  for (const { name } of data) expect((await ask({ aggregations: [{ metric: name }] })).status).toBe(200);
});

it('exports the last whole minute of its clusters as Prometheus scrapes it', async () => {
  const other = (await person.call(createCluster, { body: { spec: { display_name: 'other' } } })).id;
  const end = Math.floor((Date.now() - 30_000) / 60_000) * 60_000;
  const row = (cluster: string, minuteMs: number, principal: string, quantity: bigint) => ({
    clusterId: cluster,
    minute: new Date(minuteMs),
    principal: `User:${principal}`,
    topic: 'orders',
    meter: 'bytes_in',
    quantity,
  });
  await makeUsageDays(api, new Date(end - 60_000), new Date(end));
  await api.platform.db.usageMinute.createMany({
    data: [
      row(clusterId, end - 60_000, 'u-1', 5n),
      row(clusterId, end - 60_000, 'u-2', 6n),
      row(other, end - 60_000, 'u-1', 7n),
      row(clusterId, end - 120_000, 'u-1', 100n),
      row(clusterId, end, 'u-1', 1_000n),
    ],
  });
  const ids = new URLSearchParams([
    ['resource.kafka.id', clusterId],
    ['resource.kafka.id', other],
  ]);
  const answer = await person.send('GET', `/v2/metrics/cloud/export?${ids}`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const series = answer.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const line = (id: string, value: number) =>
    `weir_kafka_server_received_bytes{kafka_id="${id}",topic="orders"} ${value} ${end}`;
  expect(series.toSorted()).toEqual([line(clusterId, 11), line(other, 7)].toSorted());
  const stranger = (await api.signUp()).with({ 'x-request-id': 'the-same-request' });
  const mixed = await stranger.send('GET', `/v2/metrics/cloud/export?${ids}`);
  const none = await stranger.send('GET', '/v2/metrics/cloud/export?resource.kafka.id=lkc-0000000000');
  expect([mixed.status, mixed.text]).toEqual([404, none.text]);
});
