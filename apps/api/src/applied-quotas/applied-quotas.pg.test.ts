import { limitsOfBasic, limitsOfStandard } from '@weir/contracts/cluster-kinds';
import { createCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { createTopic } from '@weir/contracts/topics';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keysPerOwnerMax } from '../quotas/organization-limits.ts';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { makeUsageDays } from '../testing/usage-for-tests.ts';

let api: TestApi;
let now = Date.now();
beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1));
});
afterAll(() => api.close());

const quotasOf = async (person: ApiClient, query: Record<string, string>) => {
  const { data } = await person.call(listAppliedQuotas, {
    query: { scope: 'KAFKA_CLUSTER', page_size: '100', ...query },
  });
  return Object.fromEntries(
    data.map((one) => [one.id, [one.default_limit, one.applied_limit, one.usage] as const]),
  );
};

it('shows of a cluster what its kind has, what its brokers enforce, and what is used of it', async () => {
  const person = await api.signUp();
  const make = (kind: 'Basic' | 'Standard') =>
    person.call(createCluster, { body: { spec: { display_name: kind, config: { kind } } } });
  const [basic, standard] = [await make('Basic'), await make('Standard')];
  const body = { topic_name: 'orders', partitions_count: 7 };
  await person.call(createTopic, { params: { cluster_id: String(basic.id) }, body });
  // As an operator raises it.
  const record = await api.cell.findCluster(basic.id);
  if (record === null) throw new Error('the cell has the cluster');
  const limits = { ...record.limits, connectionsMax: 7_777 };
  await api.cell.applyCluster({ ...record, limits, intentVersion: record.intentVersion + 1 });
  now = Date.now();
  const windowStart = new Date(now - (now % 10_000) - 40_000);
  const counted = { brokerId: 1, bootEpoch: 1, windowStart, clusterId: String(basic.id), topic: '' };
  await makeUsageDays(api, windowStart);
  await api.platform.db.usageLedger.createMany({
    data: [
      { ...counted, principal: 'User:a', meter: 'bytes_in', quantity: 6_000n },
      { ...counted, principal: 'User:b', meter: 'bytes_in', quantity: 600n },
      { ...counted, principal: 'User:a', meter: 'connections_peak', quantity: 3n },
    ],
  });
  const rows = await quotasOf(person, { kafka_cluster: String(basic.id) });
  const { aclsMax, connectionsMax, ingressBytesPerSecMax, partitionsMax } = limitsOfBasic;
  expect(rows).toMatchObject({
    'kafka_cluster.ingress_bytes_per_sec.max': [ingressBytesPerSecMax, ingressBytesPerSecMax, 110],
    'kafka_cluster.connections.max': [connectionsMax, 7_777, 3],
    'kafka_cluster.partitions.max': [partitionsMax, partitionsMax, 7],
    'kafka_cluster.acls.max': [aclsMax, aclsMax, 0],
  });
  const of = await quotasOf(person, { kafka_cluster: String(standard.id) });
  expect(of['kafka_cluster.connections.max']?.[0]).toBe(limitsOfStandard.connectionsMax);
});

it('is paged by rows over all clusters, and shows nobody what is another’s', async () => {
  const person = await api.signUp();
  const ids: string[] = [];
  for (const display_name of ['a', 'b']) {
    const cluster = await person.call(createCluster, { body: { spec: { display_name } } });
    ids.push(String(cluster.id));
  }
  const seen: string[] = [];
  let query: Record<string, string> = { scope: 'KAFKA_CLUSTER', page_size: '5' };
  for (let page = 0; page < 10; page += 1) {
    const { data, metadata } = await person.call(listAppliedQuotas, { query });
    seen.push(...data.map((row) => `${row.kafka_cluster?.id} ${row.id}`));
    if (metadata.next === undefined) break;
    query = Object.fromEntries(new URL(metadata.next).searchParams);
  }
  expect(new Set(seen).size).toBe(12);
  expect(seen.map((row) => row.split(' ')[0])).toEqual(ids.flatMap((id) => Array(6).fill(id)));
  const stranger = await api.signUp();
  expect(await quotasOf(stranger, { kafka_cluster: ids[0] ?? '' })).toEqual({});
  expect((await person.send('GET', '/service-quota/v1/applied-quotas')).status).toBe(400);
  const odd = await person.send('GET', '/service-quota/v1/applied-quotas?scope=ORGANIZATION&page_token=x');
  expect(odd.status).toBe(400);
});

it('shows and holds how many keys one owner may have', async () => {
  const person = await api.signUp();
  const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
  const body = { spec: { owner: { id: account.id } } };
  const { id: made } = await person.call(createApiKey, { body });
  const key = await api.platform.db.apiKey.findUniqueOrThrow({ where: { id: made } });
  const more = Array.from({ length: keysPerOwnerMax - 2 }, (_, at) => ({ ...key, id: `KEY${at}` }));
  await api.platform.db.apiKey.createMany({ data: more });
  const answers = await Promise.all([1, 2, 3].map(() => person.try(createApiKey, { body })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409]);
  expect(await quotasOf(person, { scope: 'SERVICE_ACCOUNT' })).toEqual({
    'service_account.api_keys.max': [keysPerOwnerMax, keysPerOwnerMax, keysPerOwnerMax],
  });
  expect(Object.keys(await quotasOf(person, { scope: 'USER_ACCOUNT' }))).toEqual([
    'user_account.api_keys.max',
  ]);
});
