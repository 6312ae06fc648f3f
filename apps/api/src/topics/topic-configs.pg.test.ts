import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import {
  alterTopicConfigs,
  createTopic,
  getTopicConfig,
  getTopicPartition,
  listTopicConfigs,
  listTopicPartitions,
} from '@weir/contracts/topics';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let params: { cluster_id: string; topic_name: string };

beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1));
  person = await api.signUp();
  const { id } = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  params = { cluster_id: id, topic_name: 'orders' };
  const configs = [{ name: 'retention.ms', value: '3600000' }];
  const body = { topic_name: 'orders', partitions_count: 2, configs };
  await person.call(createTopic, { params: { cluster_id: id }, body });
}, 60_000);
afterAll(() => api.close());

interface Change {
  readonly name: string;
  readonly value?: string | null;
  readonly operation?: 'SET' | 'DELETE';
}
const path = () => `/kafka/v3/clusters/${params.cluster_id}/topics/${params.topic_name}/configs:alter`;
const alter = (data: readonly Change[], more: object = {}, client = person) =>
  client.send(alterTopicConfigs.method, path(), { data, ...more });

/** What clients of this family of APIs take for set by somebody: nothing else may have that source. */
const setOnTopic = async () => {
  const { data } = await person.call(listTopicConfigs, { params });
  const own = data.filter(({ source }) => source === 'DYNAMIC_TOPIC_CONFIG');
  return Object.fromEntries(own.map(({ name, value }) => [name, value]));
};

it('changes settings at once: what is read next is to the letter what was set, and 204 says so', async () => {
  const answer = await alter([
    { name: 'retention.ms', value: '7200000' },
    { name: 'cleanup.policy', value: 'compact', operation: 'SET' },
  ]);
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(await setOnTopic()).toEqual({ 'retention.ms': '7200000', 'cleanup.policy': 'compact' });
  expect((await api.cell.findTopic(params.cluster_id, 'orders'))?.configs).toEqual(await setOnTopic());
  const [event] = (await person.call(listAuditEvents, {})).data;
  expect(event).toMatchObject({
    action: 'topic.configure',
    before: { 'retention.ms': '3600000', 'cleanup.policy': null },
    after: { 'retention.ms': '7200000', 'cleanup.policy': 'compact' },
  });
});

it('gives a setting back its default by DELETE', async () => {
  expect((await alter([{ name: 'cleanup.policy', operation: 'DELETE' }])).status).toBe(204);
  expect(await setOnTopic()).toEqual({ 'retention.ms': '7200000' });
  const config = await person.call(getTopicConfig, { params: { ...params, config_name: 'cleanup.policy' } });
  expect(config).toMatchObject({ value: 'delete', is_default: true });
});

it.each([
  ['a name that no setting has', [{ name: 'no.such.config', value: '1' }]],
  ['a value that the setting does not take', [{ name: 'segment.ms', value: 'soon' }]],
  [
    'a setting named twice',
    [
      { name: 'segment.ms', value: '1' },
      { name: 'segment.ms', value: '2' },
    ],
  ],
  ['neither a value nor DELETE', [{ name: 'segment.ms', value: null }]],
  [
    'one good and one bad',
    [
      { name: 'segment.ms', value: '60000' },
      { name: 'flush.ms', value: '-' },
    ],
  ],
])('refuses %s with 40002, and changes nothing', async (_, data) => {
  const before = await setOnTopic();
  const answer = await alter(data);
  expect([answer.status, answer.body]).toEqual([400, { error_code: 40002, message: expect.any(String) }]);
  expect(await setOnTopic()).toEqual(before);
});

it('changes nothing in a dry run, nor with validate_only, and refuses the same', async () => {
  const before = await setOnTopic();
  const change = [{ name: 'segment.ms', value: '60000' }];
  const dry = await person.try(alterTopicConfigs, {
    params,
    query: { dry_run: 'true' },
    body: { data: change },
  });
  expect([dry.status, dry.body]).toMatchObject([200, { dry_run_cost: { monthly_amount: '0.000000' } }]);
  expect((await alter(change, { validate_only: true })).status).toBe(204);
  expect((await alter([{ name: 'x', value: '1' }], { validate_only: true })).status).toBe(400);
  expect(await setOnTopic()).toEqual(before);
});

it('is done once for one Idempotency-Key, also when somebody has changed it since', async () => {
  const client = person.with({ 'idempotency-key': crypto.randomUUID() });
  await alter([{ name: 'segment.ms', value: '60000' }], {}, client);
  await alter([{ name: 'segment.ms', value: '70000' }]);
  expect((await alter([{ name: 'segment.ms', value: '60000' }], {}, client)).status).toBe(204);
  expect((await setOnTopic())['segment.ms']).toBe('70000');
});

it('leads from every partition and setting of a list to it by its own address', async () => {
  const lists = [
    await person.call(listTopicPartitions, { params }),
    await person.call(listTopicConfigs, { params }),
  ];
  for (const { data } of lists) {
    for (const each of data) {
      const answer = await person.send('GET', new URL(each.metadata.self).pathname);
      expect([answer.status, answer.body]).toEqual([200, each]);
    }
  }
  const partition = await person.try(getTopicPartition, { params: { ...params, partition_id: '2' } });
  expect([partition.status, partition.body]).toMatchObject([404, { error_code: 40403 }]);
  const config = await person.try(getTopicConfig, { params: { ...params, config_name: 'x' } });
  expect(config.status).toBe(404);
});
