import { createAcl } from '@weir/contracts/acls';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { listPartitionSizes, updatePartitionCount } from '@weir/contracts/topics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedCluster, startServedCluster } from '../testing/served-cluster.ts';

let served: ServedCluster;
beforeAll(async () => {
  served = await startServedCluster();
});
afterAll(() => served.stop());

it('each partition has the size that its leader tells, one that was just added too', async () => {
  const { person, newTopic, say } = served;
  const params = await newTopic('sized');
  const sizes = async () =>
    (await person.call(listPartitionSizes, { params })).data.map((one) => one.size_bytes);
  expect(await sizes()).toEqual([0]);
  await say(params, 'x'.repeat(10_000));
  const [size] = await sizes();
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThan(11_000);
  await person.call(updatePartitionCount, { params, body: { partitions_count: 3 } });
  expect(await sizes()).toEqual([size, 0, 0]);
});

it('sizes are for who may describe topic and cluster', async () => {
  const { api, person, cluster_id, newTopic } = served;
  const params = await newTopic('hidden');
  const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
  const spec = { owner: { id: account.id }, resource: { id: cluster_id } };
  const key = await person.call(createApiKey, { body: { spec } });
  const client = api.anonymous.withKey(key.id, key.spec.secret);
  const allow = (resource_type: 'TOPIC' | 'CLUSTER', resource_name: string) =>
    person.call(createAcl, {
      params: { cluster_id },
      body: {
        resource_type,
        resource_name,
        pattern_type: 'LITERAL',
        principal: `User:${account.id}`,
        operation: 'DESCRIBE',
        permission: 'ALLOW',
      },
    });
  const status = async () => (await client.try(listPartitionSizes, { params })).status;
  expect(await status()).toBe(404);
  await allow('TOPIC', 'hidden');
  expect(await status()).toBe(403);
  await allow('CLUSTER', 'kafka-cluster');
  expect(await status()).toBe(200);
});
