import { Consumer as NewConsumer, stringDeserializers } from '@platformatic/kafka';
import { createAcl } from '@weir/contracts/acls';
import { listAuditEvents } from '@weir/contracts/audit';
import {
  getConsumerGroup,
  getConsumerLagSummary,
  listConsumerGroups,
  listConsumerLags,
  listConsumers,
  resetOffsets,
} from '@weir/contracts/consumer-groups';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ServedCluster, startServedCluster, type TopicParams } from '../testing/served-cluster.ts';

let served: ServedCluster;
let consumer: Consumer;
let orders: TopicParams;
let params: { cluster_id: string; consumer_group_id: string };
let secondRecordAt = '';

beforeAll(async () => {
  served = await startServedCluster();
  const { cluster_id, newTopic, person, port, say } = served;
  orders = await newTopic('orders', 2);
  params = { cluster_id, consumer_group_id: 'billing' };
  for (const [text, partition] of [
    ['a', 0],
    ['b', 0],
    ['c', 0],
    ['d', 1],
  ] as const) {
    const { timestamp } = await say(orders, text, partition);
    if (text === 'b') secondRecordAt = timestamp;
  }
  const key = await person.call(createApiKey, { body: { spec: { resource: { id: cluster_id } } } });
  const kafka = new Kafka({
    clientId: 'billing-app',
    brokers: [`localhost:${port}`],
    sasl: { mechanism: 'plain', username: key.id, password: key.spec.secret ?? '' },
    logLevel: logLevel.NOTHING,
  });
  consumer = kafka.consumer({ groupId: 'billing' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: async () => undefined });
  await vi.waitFor(
    async () => {
      const group = await person.call(getConsumerGroup, { params });
      expect(group.state).toBe('STABLE');
    },
    { timeout: 30_000, interval: 100 },
  );
  const committed = { topic: 'orders', partition: 0, offset: '1' };
  await consumer.commitOffsets([committed, { ...committed, partition: 1 }]);
}, 60_000);
afterAll(async () => {
  await consumer.disconnect();
  await served.stop();
});

const lags = async () => (await served.person.call(listConsumerLags, { params })).data;

it('tells of a group that a Kafka client has joined: its state, and who is in it', async () => {
  const group = await served.person.call(getConsumerGroup, { params });
  expect(group).toMatchObject({ consumer_group_id: 'billing', is_simple: false, state: 'STABLE' });
  const { data } = await served.person.call(listConsumers, { params });
  expect(data).toMatchObject([{ client_id: 'billing-app', instance_id: null }]);
  const list = await served.person.call(listConsumerGroups, { params });
  expect(list.data).toEqual([group]);
});

it('tells how far the group is behind in each partition, who reads it, and the sum', async () => {
  const [member] = (await served.person.call(listConsumers, { params })).data;
  const found = (await lags()).toSorted((one, other) => one.partition_id - other.partition_id);
  const reader = { topic_name: 'orders', client_id: 'billing-app', consumer_id: member?.consumer_id };
  expect(found).toMatchObject([
    { ...reader, partition_id: 0, current_offset: 1, log_end_offset: 3, lag: 2 },
    { ...reader, partition_id: 1, current_offset: 1, log_end_offset: 1, lag: 0 },
  ]);
  const summary = await served.person.call(getConsumerLagSummary, { params });
  expect(summary).toMatchObject({
    total_lag: 2,
    max_lag: 2,
    max_lag_topic_name: 'orders',
    max_lag_partition_id: 0,
    max_lag_client_id: 'billing-app',
  });
});

it('lets a group go on elsewhere only while nobody is in it', async () => {
  const body = { topic_name: 'orders', to: { position: 'EARLIEST' } } as const;
  const busy = await served.person.try(resetOffsets, { params, body });
  expect([busy.status, busy.body]).toMatchObject([409, { message: expect.stringContaining('Stop its') }]);
  await consumer.disconnect();
  const dry = await served.person.call(resetOffsets, { params, query: { dry_run: 'true' }, body });
  expect(dry.data).toMatchObject([
    { partition_id: 0, previous_offset: 1, current_offset: 0 },
    { partition_id: 1, previous_offset: 1, current_offset: 0 },
  ]);
  expect((await lags()).map(({ current_offset }) => current_offset)).toEqual([1, 1]);
  await served.person.call(resetOffsets, { params, body });
  expect((await lags()).map(({ current_offset }) => current_offset)).toEqual([0, 0]);
  const [event] = (await served.person.call(listAuditEvents, {})).data;
  expect(event).toMatchObject({ action: 'consumer-group.reset-offsets', after: { position: 'EARLIEST' } });
});

it.each([
  ['the end', { position: 'LATEST' } as const, 3],
  ['an offset', { position: 'OFFSET', offset: 2 } as const, 2],
  ['an offset behind the end', { position: 'OFFSET', offset: 99 } as const, 3],
])('lets a group go on at %s', async (_, to, offset) => {
  const body = { topic_name: 'orders', partition_ids: [0], to };
  const { data } = await served.person.call(resetOffsets, { params, body });
  expect(data).toMatchObject([{ partition_id: 0, current_offset: offset }]);
  expect((await lags()).find(({ partition_id }) => partition_id === 0)?.current_offset).toBe(offset);
});

it('lets a group go on at a time, and where nothing is as late, at the end', async () => {
  const at = async (timestamp: string) => {
    const body = { topic_name: 'orders', to: { position: 'TIMESTAMP', timestamp } } as const;
    const { data } = await served.person.call(resetOffsets, { params, body });
    return data.map(({ current_offset }) => current_offset);
  };
  expect((await at(secondRecordAt))[0]).toBe(1);
  expect(await at('2100-01-01T00:00:00Z')).toEqual([3, 1]);
});

it('is done once for one Idempotency-Key', async () => {
  const client = served.person.with({ 'idempotency-key': crypto.randomUUID() });
  const body = { topic_name: 'orders', partition_ids: [0], to: { position: 'EARLIEST' as const } };
  const first = await client.call(resetOffsets, { params, body });
  await served.person.call(resetOffsets, { params, body: { ...body, to: { position: 'LATEST' as const } } });
  expect(await client.call(resetOffsets, { params, body })).toEqual(first);
  expect((await lags()).find(({ partition_id }) => partition_id === 0)?.current_offset).toBe(3);
});

it('shows a key only groups that it may describe, and the others as those that are not there', async () => {
  const { cluster_id, person } = served;
  const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
  const spec = { owner: { id: account.id }, resource: { id: cluster_id } };
  const key = await person.call(createApiKey, { body: { spec } });
  const client = person.withKey(key.id, key.spec.secret).with({ 'x-request-id': 'the-same-request' });
  const acl = { pattern_type: 'LITERAL', principal: `User:${account.id}`, permission: 'ALLOW' } as const;
  await person.call(createAcl, {
    params,
    body: { ...acl, resource_type: 'GROUP', resource_name: 'mine', operation: 'DESCRIBE' },
  });
  expect((await client.call(listConsumerGroups, { params })).data).toEqual([]);
  const theirs = await client.try(getConsumerGroup, { params });
  const none = await client.try(getConsumerGroup, { params: { cluster_id, consumer_group_id: 'none' } });
  expect([theirs.status, theirs.text]).toEqual([404, none.text]);
  const mine = await client.try(getConsumerGroup, { params: { cluster_id, consumer_group_id: 'mine' } });
  expect([mine.status, mine.body]).toMatchObject([404, { error_code: 40403 }]);
});

it('tells of a group of the new protocol (KIP-848) what it tells of others, in the lists as well', async () => {
  const { cluster_id, person, port } = served;
  const key = await person.call(createApiKey, { body: { spec: { resource: { id: cluster_id } } } });
  const member = new NewConsumer({
    groupProtocol: 'consumer',
    groupId: 'shipping',
    clientId: 'shipping-app',
    bootstrapBrokers: [`localhost:${port}`],
    sasl: { mechanism: 'PLAIN', username: key.id, password: key.spec.secret ?? '' },
    deserializers: stringDeserializers,
    autocommit: false,
  });
  const of = { params: { cluster_id, consumer_group_id: 'shipping' } };
  const toEarliest = { topic_name: 'orders', to: { position: 'EARLIEST' } } as const;
  try {
    const stream = await member.consume({ topics: ['orders'], mode: 'earliest' });
    stream.resume();
    await vi.waitFor(async () => expect((await person.call(getConsumerGroup, of)).state).toBe('STABLE'), {
      timeout: 30_000,
      interval: 100,
    });
    await member.commit({
      offsets: [0, 1].map((partition) => ({ topic: 'orders', partition, offset: 1n, leaderEpoch: 0 })),
    });
    const group = await person.call(getConsumerGroup, of);
    expect(group).toMatchObject({ is_simple: false, partition_assignor: 'uniform' });
    const { data } = await person.call(listConsumerGroups, { params });
    expect(data.find(({ consumer_group_id }) => consumer_group_id === 'shipping')).toEqual(group);
    const [consumer] = (await person.call(listConsumers, of)).data;
    expect(consumer).toMatchObject({ client_id: 'shipping-app', instance_id: null });
    const behind = (await person.call(listConsumerLags, of)).data;
    const reader = { client_id: 'shipping-app', consumer_id: consumer?.consumer_id };
    expect(behind.toSorted((one, other) => one.partition_id - other.partition_id)).toMatchObject([
      { ...reader, partition_id: 0, current_offset: 1, lag: 2 },
      { ...reader, partition_id: 1, current_offset: 1, lag: 0 },
    ]);
    const inUse = await person.try(resetOffsets, { ...of, body: toEarliest });
    expect(inUse.body).toMatchObject({ error_code: 40901 });
  } finally {
    await member.close(true);
  }
  const { data: reset } = await person.call(resetOffsets, { ...of, body: toEarliest });
  expect(reset).toMatchObject([{ current_offset: 0 }, { current_offset: 0 }]);
  const left = await person.call(getConsumerGroup, of);
  expect([left.state, (await person.call(listConsumers, of)).data]).toEqual(['EMPTY', []]);
}, 60_000);
