import { createAcl, deleteAcls, listAcls } from '@weir/contracts/acls';
import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import {
  createTopic,
  deleteTopic,
  getTopic,
  listTopicConfigs,
  listTopicPartitions,
  listTopics,
  updatePartitionCount,
} from '@weir/contracts/topics';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let cluster_id: string;
const retention = { name: 'retention.ms', value: '3600000' };

beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1, { rack: 'zone-1' }));
  person = await api.signUp();
  cluster_id = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
});
afterAll(() => api.close());

describe('a topic', () => {
  it('made by REST is the one that brokers see, and the other way round', async () => {
    const configs = [{ name: 'retention.ms', value: '3600000' }];
    const body = { topic_name: 'orders', partitions_count: 3, configs };
    const topic = await person.call(createTopic, { params: { cluster_id }, body });
    expect(topic).toMatchObject({ partitions_count: 3, replication_factor: 1, cluster_id });
    expect((await api.cell.findTopic(cluster_id, 'orders'))?.topicId).toBe(topic.topic_id);

    const made = { clusterId: cluster_id, name: 'by.client', partitionCount: 1, replicationFactor: 1 };
    await api.cell.createTopic({ ...made, configs: {}, validateOnly: false });
    const names = async () =>
      (await person.call(listTopics, { params: { cluster_id } })).data.map((one) => one.topic_name);
    expect(await names()).toEqual(['by.client', 'orders']);

    await person.call(deleteTopic, { params: { cluster_id, topic_name: 'by.client' } });
    expect(await api.cell.findTopic(cluster_id, 'by.client')).toBeNull();
    expect(await names()).toEqual(['orders']);
  });

  it('shows every setting with where it comes from', async () => {
    const { data } = await person.call(listTopicConfigs, { params: { cluster_id, topic_name: 'orders' } });
    const find = (name: string) => data.find((config) => config.name === name);
    expect(find('retention.ms')).toMatchObject({ value: '3600000', source: 'DYNAMIC_TOPIC_CONFIG' });
    expect(find('cleanup.policy')).toMatchObject({ value: 'delete', is_default: true });
  });

  it('that has three replicas, as the cell gives where there are as many brokers, wants two of them in sync', async () => {
    for (const brokerId of [2, 3]) await api.cell.registerBroker(brokerOf(brokerId));
    const body = { topic_name: 'replicated', partitions_count: 1 };
    const topic = await person.call(createTopic, { params: { cluster_id }, body });
    expect(topic.replication_factor).toBe(3);
    const { data } = await person.call(listTopicConfigs, {
      params: { cluster_id, topic_name: 'replicated' },
    });
    const wanted = data.find(({ name }) => name === 'min.insync.replicas');
    expect(wanted).toMatchObject({ value: '2', is_default: true });
    await person.call(deleteTopic, { params: { cluster_id, topic_name: 'replicated' } });
  });

  it('shows where each of its partitions lies, and who leads it', async () => {
    const params = { cluster_id, topic_name: 'orders' };
    const { data } = await person.call(listTopicPartitions, { params });
    expect(data.map((one) => one.partition_id)).toEqual([0, 1, 2]);
    for (const one of data) {
      expect(one).toMatchObject({
        leader_id: 1,
        leader_epoch: 0,
        replica_ids: [1],
        isr_ids: [1],
        adding_replica_ids: [],
        removing_replica_ids: [],
        replica_racks: ['zone-1'],
      });
    }
  });

  it('gets more partitions, which clients of Kafka have as well, and the audit log tells who gave them', async () => {
    const params = { cluster_id, topic_name: 'growing' };
    const made = { topic_name: 'growing', partitions_count: 2, replication_factor: 1 };
    const { topic_id } = await person.call(createTopic, { params: { cluster_id }, body: made });
    const grown = await person.call(updatePartitionCount, { params, body: { partitions_count: 5 } });
    expect(grown).toMatchObject({ topic_id, topic_name: 'growing', partitions_count: 5 });
    expect((await api.cell.findTopic(cluster_id, 'growing'))?.partitions).toHaveLength(5);
    expect((await person.call(listTopicPartitions, { params })).data).toHaveLength(5);
    const [event] = (await person.call(listAuditEvents, {})).data;
    expect(event).toMatchObject({
      action: 'topic.update',
      before: { partitions: 2 },
      after: { partitions: 5 },
    });
    await person.call(deleteTopic, { params });
  });

  it.each([
    ['as many as it has', { partitions_count: 3 }, 400, 40002],
    ['fewer', { partitions_count: 1 }, 400, 40002],
    ['none', { partitions_count: 0 }, 400, 40002],
    ['more than the kind allows', { partitions_count: 5_000 }, 400, 40002],
  ])(
    'with %s is refused in the words of Kafka REST, and stays as it is',
    async (_, body, status, error_code) => {
      const params = { cluster_id, topic_name: 'orders' };
      const answer = await person.try(updatePartitionCount, { params, body });
      expect([answer.status, answer.body]).toEqual([status, { error_code, message: expect.any(String) }]);
      expect((await api.cell.findTopic(cluster_id, 'orders'))?.partitions).toHaveLength(3);
    },
  );

  it('keeps its partitions in a dry run, which refuses the same', async () => {
    const params = { cluster_id, topic_name: 'orders' };
    const dry = (partitions_count: number) =>
      person.try(updatePartitionCount, { params, query: { dry_run: 'true' }, body: { partitions_count } });
    expect((await dry(9)).body).toMatchObject({ partitions_count: 9 });
    expect((await dry(3)).status).toBe(400);
    expect((await api.cell.findTopic(cluster_id, 'orders'))?.partitions).toHaveLength(3);
    const unknown = { params: { cluster_id, topic_name: 'nothing' }, body: { partitions_count: 9 } };
    expect((await person.try(updatePartitionCount, unknown)).status).toBe(404);
  });

  it.each([
    ['that exists', { topic_name: 'orders' }, 400, 40002],
    ['with a name that Kafka refuses', { topic_name: 'a b' }, 400, 40002],
    ['with an unknown setting', { topic_name: 'x', configs: [{ name: 'no.such', value: '1' }] }, 400, 40002],
    ['with more partitions than the kind allows', { topic_name: 'x', partitions_count: 5000 }, 400, 40002],
    ['with more replicas than brokers', { topic_name: 'x', replication_factor: 4 }, 400, 40002],
    ['without a name', { topic_name: '' }, 400, 40002],
    ['with a setting twice', { topic_name: 'x', configs: [retention, retention] }, 400, 40002],
  ])('%s is refused in the words of Kafka REST', async (_, body, status, error_code) => {
    const answer = await person.try(createTopic, { params: { cluster_id }, body });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error_code, message: expect.any(String) });
  });

  it('that is not there is 40403', async () => {
    const answer = await person.try(getTopic, { params: { cluster_id, topic_name: 'nothing' } });
    expect(answer.body).toEqual({
      error_code: 40403,
      message: 'This server does not host this topic-partition.',
    });
  });

  it('is not made by a dry run, which refuses the same', async () => {
    const params = { cluster_id };
    const dry = (topic_name: string) =>
      person.try(createTopic, { params, query: { dry_run: 'true' }, body: { topic_name } });
    expect((await dry('would-be')).status).toBe(201);
    expect((await dry('orders')).status).toBe(400);
    expect(await api.cell.findTopic(cluster_id, 'would-be')).toBeNull();
  });
});

describe('a service account', () => {
  const grant = (
    principal: string,
    operation: 'READ' | 'WRITE' | 'CREATE' | 'ALTER' | 'DELETE',
    name: string,
  ) =>
    person.call(createAcl, {
      params: { cluster_id },
      body: {
        resource_type: 'TOPIC',
        resource_name: name,
        pattern_type: 'PREFIXED',
        principal,
        operation,
        permission: 'ALLOW',
      },
    });
  const newMachine = async () => {
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const spec = { owner: { id: account.id }, resource: { id: cluster_id } };
    const key = await person.call(createApiKey, { body: { spec } });
    return { principal: `User:${account.id}`, client: person.withKey(key.id, key.spec.secret) };
  };

  it('has in a cluster exactly what its ACLs grant', async () => {
    const { principal, client } = await newMachine();
    const names = async () =>
      (await client.call(listTopics, { params: { cluster_id } })).data.map((one) => one.topic_name);
    const create = (topic_name: string) =>
      client.try(createTopic, { params: { cluster_id }, body: { topic_name } });
    const remove = (topic_name: string) => client.try(deleteTopic, { params: { cluster_id, topic_name } });

    expect(await names()).toEqual([]);
    expect((await create('team-a')).status).toBe(403);
    expect((await remove('orders')).status).toBe(404);

    await grant(principal, 'CREATE', 'team-');
    await grant(principal, 'READ', 'team-');
    expect((await create('team-a')).status).toBe(201);
    expect(await names()).toEqual(['team-a']);
    expect((await remove('team-a')).status).toBe(403);

    const grow = (topic_name: string) =>
      client.try(updatePartitionCount, {
        params: { cluster_id, topic_name },
        body: { partitions_count: 9 },
      });
    expect([(await grow('team-a')).status, (await grow('orders')).status]).toEqual([403, 404]);
    await grant(principal, 'ALTER', 'team-');
    expect((await grow('team-a')).status).toBe(200);

    const partitionsOf = (topic_name: string) =>
      client.try(listTopicPartitions, { params: { cluster_id, topic_name } });
    expect((await partitionsOf('team-a')).status).toBe(200);
    expect((await partitionsOf('orders')).status).toBe(404);

    await grant(principal, 'DELETE', 'team-');
    expect((await remove('team-a')).status).toBe(204);
    expect((await client.try(listAcls, { params: { cluster_id } })).status).toBe(403);
  });

  it('loses what is taken away, and only that', async () => {
    const { principal, client } = await newMachine();
    await grant(principal, 'READ', 'orders');
    const query = { principal };
    expect((await person.call(listAcls, { params: { cluster_id }, query })).data).toHaveLength(1);
    const removed = await person.call(deleteAcls, { params: { cluster_id }, query });
    expect(removed.data).toMatchObject([{ principal, operation: 'READ', resource_name: 'orders' }]);
    expect((await client.call(listTopics, { params: { cluster_id } })).data).toEqual([]);
    const left = await person.call(listAcls, { params: { cluster_id } });
    expect(left.data.length).toBeGreaterThan(0);
  });
});
