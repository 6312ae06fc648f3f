import { randomBytes } from 'node:crypto';
import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import { createApiKey } from '@weir/contracts/iam';
import {
  createSpendLimit,
  deleteSpendLimit,
  getSpendLimit,
  listSpendLimits,
  updateSpendLimit,
} from '@weir/contracts/spend-limits';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { Kafka, KafkaJSProtocolError, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { startTestBroker } from '../testing/broker-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';
import { addUsedHour } from '../testing/usage-for-tests.ts';

// No worker runs here and no usage ever reaches the ledger: what stops clients is what brokers count by themselves.

let api: TestApi;
let broker: Awaited<ReturnType<typeof startTestBroker>>;
let port: number;
let owner: Awaited<ReturnType<typeof newOwner>>;

const gibibyte = 1024n ** 3n;
const mebibyte = 1024 * 1024;
/** Of a Basic cluster past its free bytes: 50,000 micro-units a GiB. */
const microsPerMebibyte = 50_000 / 1024;

beforeAll(async () => {
  port = await findFreePort();
  api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}` } });
  broker = await startTestBroker(api.cell, port);
}, 60_000);
// Clusters of an organization share free bytes and limits.
beforeEach(async () => {
  owner = await newOwner(api);
});
afterAll(async () => {
  await broker.stop();
  await api.close();
});

/** A cluster whose free bytes of the month are used up, and a producer of its owner's with a key of her own. */
const newCluster = async (name: string) => {
  const { client } = owner;
  const { id } = await client.call(createCluster, { body: { spec: { display_name: name } } });
  await client.call(createTopic, { params: { cluster_id: id }, body: { topic_name: 'orders' } });
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const used = { clusterId: id, hour, kind: 'Basic', topic: 'orders', principal: 'User:before' };
  for (const meter of ['bytes_in', 'bytes_out'])
    await addUsedHour(api, { ...used, meter, quantity: 5n * gibibyte });
  const key = await client.call(createApiKey, { body: { spec: { resource: { id } } } });
  const kafka = new Kafka({
    brokers: [`localhost:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    sasl: { mechanism: 'plain', username: key.id, password: key.spec.secret ?? '' },
  });
  return { id, keyId: key.id, kafka, producer: kafka.producer() };
};

const limitOf = (kind: 'organization' | 'cluster' | 'api-key', id: string, amount: string) => ({
  spec: { display_name: 'a limit', scope: { kind, id }, amount, action: 'READ_ONLY' as const },
});

const send = (producer: Producer) =>
  producer.send({ topic: 'orders', messages: [{ value: randomBytes(mebibyte - 1_024) }] });

/** MiB that are taken until one is refused, at most `most`. */
const sendUntilRefused = async (producer: Producer, most: number) => {
  for (let sent = 0; sent < most; sent++) {
    try {
      await send(producer);
    } catch (cause) {
      return { sent, cause };
    }
  }
  return { sent: most, cause: null };
};

it('a producer is stopped at the byte that uses a limit up, with a sentence, and goes on once it is raised', async () => {
  const { kafka, producer } = await newCluster('stopped');
  const { client, organizationId } = owner;
  // Room for eight MiB.
  const amount = ((8 * microsPerMebibyte) / 1_000_000).toFixed(6);
  const { id } = await client.call(createSpendLimit, {
    body: limitOf('organization', organizationId, amount),
  });
  await producer.connect();
  const { cause, sent } = await sendUntilRefused(producer, 20);
  expect(sent).toBeGreaterThanOrEqual(8);
  expect(sent).toBeLessThanOrEqual(9);
  expect(cause).toBeInstanceOf(KafkaJSProtocolError);
  expect(cause).toMatchObject({ type: 'POLICY_VIOLATION' });
  const admin = kafka.admin();
  await admin.connect();
  await expect(admin.createTopics({ topics: [{ topic: 'more' }] })).rejects.toThrow();
  // Reading goes on.
  const offsets = await admin.fetchTopicOffsets('orders');
  expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBe(sent);
  await admin.disconnect();

  const raised = { spec: { amount: '1' } };
  await client.call(updateSpendLimit, { params: { id }, body: raised });
  await expect
    .poll(() => sendUntilRefused(producer, 1), { timeout: 2_000, interval: 50 })
    .toMatchObject({ cause: null });
  await client.call(deleteSpendLimit, { params: { id } });
  await producer.disconnect();
}, 60_000);

it('a limit of one key stops whoever comes with it, and nobody else', async () => {
  const first = await newCluster('by key');
  const { client } = owner;
  const other = await client.call(createApiKey, { body: { spec: { resource: { id: first.id } } } });
  const sasl = { mechanism: 'plain' as const, username: other.id, password: other.spec.secret ?? '' };
  const kafka = new Kafka({
    brokers: [`localhost:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    sasl,
  });
  const producers = [first.producer, kafka.producer()] as const;
  const amount = ((2 * microsPerMebibyte) / 1_000_000).toFixed(6);
  const { id } = await client.call(createSpendLimit, { body: limitOf('api-key', first.keyId, amount) });
  for (const producer of producers) await producer.connect();
  // Two are paid for, the third passes the limit; the broker hears of it a moment after the reply.
  expect((await sendUntilRefused(producers[0], 9)).sent).toBeLessThanOrEqual(5);
  expect(await sendUntilRefused(producers[1], 4)).toMatchObject({ sent: 4, cause: null });
  await client.call(deleteSpendLimit, { params: { id } });
  for (const producer of producers) await producer.disconnect();
}, 60_000);

it('a cluster that is made under a limit that is used up cannot be written to from its beginning', async () => {
  const { client, organizationId } = owner;
  const { id } = await client.call(createSpendLimit, { body: limitOf('organization', organizationId, '0') });
  const cluster = await client.call(createCluster, { body: { spec: { display_name: 'late' } } });
  const told = await api.cell.findCluster(cluster.id);
  expect(told?.restraints?.budgets).toMatchObject([{ limitId: id, action: 'read-only' }]);
  await client.call(deleteSpendLimit, { params: { id } });
  expect((await api.cell.findCluster(cluster.id))?.restraints?.budgets).toEqual([]);
}, 60_000);

it('a dry run says what is spent of a new limit already', async () => {
  const { client, organizationId } = owner;
  const { id: clusterId } = await client.call(createCluster, { body: { spec: { display_name: 'tried' } } });
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const used = {
    clusterId,
    hour,
    kind: 'Basic',
    meter: 'bytes_in',
    topic: 'orders',
    principal: 'User:before',
  };
  await addUsedHour(api, { ...used, quantity: 7n * gibibyte });
  const trial = async (amount: string) => {
    const body = limitOf('organization', organizationId, amount);
    return (await client.call(createSpendLimit, { body, query: { dry_run: 'true' } })).status;
  };
  expect(await trial('0.1')).toMatchObject({ phase: 'REACHED', spent_amount: '0.100000' });
  expect(await trial('0.100001')).toMatchObject({ phase: 'OPEN', spent_amount: '0.100000' });
});

it('a dry run and a repeated request change nothing, and each change is in the audit log', async () => {
  const { client, organizationId } = owner;
  const body = limitOf('organization', organizationId, '12.5');
  await client.call(createSpendLimit, { body, query: { dry_run: 'true' } });
  expect((await client.call(listSpendLimits, {})).data).toEqual([]);
  const repeated = client.with({ 'idempotency-key': crypto.randomUUID() });
  const [first, second] = [
    await repeated.call(createSpendLimit, { body }),
    await repeated.call(createSpendLimit, { body }),
  ];
  expect(second.id).toBe(first.id);
  expect(first.spec.amount).toBe('12.500000');
  const { data } = await client.call(listSpendLimits, {});
  expect(data.map(({ id }) => id)).toEqual([first.id]);
  const found = await client.call(getSpendLimit, { params: { id: first.id } });
  expect(found.status).toMatchObject({ phase: 'OPEN', overshoot_amount: '0.000000' });
  const events = await client.call(listAuditEvents, { query: { 'resource.id': first.id } });
  expect(events.data.map(({ action }) => action)).toEqual(['spend-limit.create']);
  await client.call(deleteSpendLimit, { params: { id: first.id } });
});

it.each([
  ['a negative amount', { amount: '-1' }],
  ['an amount that is no number', { amount: '1e9' }],
  ['another currency', { currency: 'EUR' }],
  ['a cluster of nobody’s', { scope: { kind: 'cluster', id: 'lkc-nobody' } }],
  ['a threshold that is named twice', { thresholds: [50, 50] }],
])('refuses %s, and nothing has changed', async (_, change) => {
  const { client, organizationId } = owner;
  const { spec } = limitOf('organization', organizationId, '1');
  const answer = await client.send('POST', createSpendLimit.path, { spec: { ...spec, ...change } });
  expect(answer.status).toBe(400);
  expect((await client.call(listSpendLimits, {})).data).toEqual([]);
});
