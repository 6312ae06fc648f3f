import { createCluster, listClusters } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount, listApiKeys } from '@weir/contracts/iam';
import { createEnvironment } from '@weir/contracts/organizations';
import { createTopic } from '@weir/contracts/topics';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1));
});
afterAll(() => api.close());

const key = () => ({ 'idempotency-key': crypto.randomUUID() });

it('makes exactly one cluster of twenty requests at the same time with one key', async () => {
  const person = await api.signUp();
  const client = person.with(key());
  const body = { spec: { display_name: 'one' } };
  const made = await Promise.all(Array.from({ length: 20 }, () => client.call(createCluster, { body })));
  expect(new Set(made.map((cluster) => cluster.id)).size).toBe(1);
  expect((await person.call(listClusters, {})).metadata.total_size).toBe(1);
});

it('makes two clusters of two keys, and of no key at all', async () => {
  const person = await api.signUp();
  const body = { spec: { display_name: 'same' } };
  await person.with(key()).call(createCluster, { body });
  await person.with(key()).call(createCluster, { body });
  await person.call(createCluster, { body });
  expect((await person.call(listClusters, {})).metadata.total_size).toBe(3);
});

it('refuses a key that stands for another request', async () => {
  const client = (await api.signUp()).with(key());
  await client.call(createCluster, { body: { spec: { display_name: 'a' } } });
  const other = await client.try(createCluster, { body: { spec: { display_name: 'b' } } });
  expect(other.status).toBe(422);
  const elsewhere = await client.try(createServiceAccount, { body: { display_name: 'a' } });
  expect(elsewhere.status).toBe(422);
});

it("keeps one person's keys apart from another's", async () => {
  const shared = key();
  const [first, second] = await Promise.all([api.signUp(), api.signUp()]);
  const body = { spec: { display_name: 'mine' } };
  const one = await first.with(shared).call(createCluster, { body });
  const other = await second.with(shared).call(createCluster, { body });
  expect(one.id).not.toBe(other.id);
});

it('leaves a key unused that came with a refused request', async () => {
  const client = (await api.signUp()).with(key());
  const refused = await client.try(createEnvironment, { body: { display_name: 'default' } });
  expect(refused.status).toBe(409);
  const again = await client.try(createEnvironment, { body: { display_name: 'default' } });
  expect(again.status).toBe(409);
});

it('shows the secret of a key once, and never again by repeating its creation', async () => {
  const person = await api.signUp();
  const client = person.with(key());
  const first = await client.call(createApiKey, { body: { spec: {} } });
  const again = await client.call(createApiKey, { body: { spec: {} } });
  expect(again.id).toBe(first.id);
  expect(first.spec.secret).toBeDefined();
  expect(again.spec.secret).toBeUndefined();
  expect((await person.call(listApiKeys, {})).metadata.total_size).toBe(1);
});

it('answers a repeated creation of a topic as the first time', async () => {
  const person = await api.signUp();
  const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const parts = { params: { cluster_id: cluster.id }, body: { topic_name: 'orders' } };
  const client = person.with(key());
  const first = await client.call(createTopic, parts);
  expect(await client.call(createTopic, parts)).toEqual(first);
  expect((await person.with(key()).try(createTopic, parts)).status).toBe(400);
});
