import { createAcl, deleteAcls, listAcls } from '@weir/contracts/acls';
import { getCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { deleteUser } from '@weir/contracts/members';
import { deleteRoleBinding } from '@weir/contracts/role-bindings';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { personOf } from '../testing/mails-for-tests.ts';
import { bind, newMember, organizationOf } from '../testing/people-with-roles.ts';
import { startServedCluster } from '../testing/served-cluster.ts';

// What roles come to in a real broker, for a real client that keeps its connections open.

const inForceMsMax = 5_000;
/** Longer than anything here may take: nobody waits for a fetch to end by itself. */
const fetchWaitMs = 20_000;
const refused = 'TOPIC_AUTHORIZATION_FAILED';

let served: Awaited<ReturnType<typeof startServedCluster>>;
let ofCluster: string;
const open: { disconnect(): Promise<void> }[] = [];
beforeAll(async () => {
  served = await startServedCluster();
  await served.newTopic('orders-eu');
  await served.newTopic('payments');
  const { metadata } = await served.person.call(getCluster, { params: { id: served.cluster_id } });
  ofCluster = metadata.resource_name;
}, 60_000);
afterAll(async () => {
  await Promise.all(open.map((each) => each.disconnect()));
  await served.stop();
}, 60_000);

/** The client says it in two ways, by which of its requests was refused first. */
const reasonOf = (cause: Error & { type?: string }): string =>
  cause.type === refused || cause.message.includes('Topic authorization failed') ? refused : cause.message;

/** A client with a key of the cluster. */
const clientOf = async (owner: { id: string; client: typeof served.person }, by = served.person) => {
  const spec = { owner: { id: owner.id }, resource: { id: served.cluster_id } };
  const key = await by.call(createApiKey, { body: { spec } });
  return new Kafka({
    brokers: [`127.0.0.1:${served.port}`],
    sasl: { mechanism: 'plain', username: key.id, password: key.spec.secret ?? '' },
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  });
};
const newAccount = async () => {
  const { id } = await served.person.call(createServiceAccount, { body: { display_name: 's' } });
  return { id, client: served.person };
};
const producerOf = async (kafka: Kafka) => {
  const producer = kafka.producer({ retry: { retries: 0 } });
  open.push(producer);
  await producer.connect();
  return (topic: string) =>
    producer.send({ topic, messages: [{ value: 'x' }] }).then(() => 'written', reasonOf);
};

/** Reads on, and says how it ended. */
const reads = async (kafka: Kafka, topic: string, groupId: string) => {
  const consumer: Consumer = kafka.consumer({ groupId, retry: { retries: 0 }, maxWaitTimeInMs: fetchWaitMs });
  open.push(consumer);
  const values: string[] = [];
  let failure: string | null = null;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    failure = reasonOf(payload.error);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => void values.push(message.value?.toString() ?? ''),
  });
  return { values, failure: () => failure };
};

describe('a key of a service account', () => {
  it('may do nothing without a role or an ACL', async () => {
    const kafka = await clientOf(await newAccount());
    const write = await producerOf(kafka);
    expect(await write('orders-eu')).toBe(refused);
    const admin = kafka.admin();
    open.push(admin);
    await admin.connect();
    expect(await admin.listTopics()).toEqual([]);
  });

  it('with DeveloperRead on a prefix reads what begins so and writes nothing, until the role is taken away', async () => {
    const account = await newAccount();
    const kafka = await clientOf(account);
    const ofTopic = await bind(served.person, account.id, 'DeveloperRead', `${ofCluster}/topic=orders-*`);
    await bind(served.person, account.id, 'DeveloperRead', `${ofCluster}/group=readers`);
    await served.say({ cluster_id: served.cluster_id, topic_name: 'orders-eu' }, 'first');
    const reading = await reads(kafka, 'orders-eu', 'readers');
    await expect.poll(() => reading.values, { timeout: 10_000 }).toEqual(['first']);
    const write = await producerOf(kafka);
    expect(await write('orders-eu')).toBe(refused);
    expect(await write('payments')).toBe(refused);
    expect(reading.failure()).toBeNull();

    const began = performance.now();
    await served.person.call(deleteRoleBinding, { params: { id: ofTopic.id } });
    await expect.poll(reading.failure, { timeout: inForceMsMax, interval: 20 }).toBe(refused);
    console.log(`refused on the open connection after ${Math.round(performance.now() - began)} ms`);
  }, 60_000);

  it('gets a new role on the connection that it has, and loses it to a DENY of an ACL', async () => {
    const account = await newAccount();
    const write = await producerOf(await clientOf(account));
    expect(await write('payments')).toBe(refused);
    await bind(served.person, account.id, 'DeveloperWrite', `${ofCluster}/topic=*`);
    await expect.poll(() => write('payments'), { timeout: inForceMsMax }).toBe('written');
    const params = { cluster_id: served.cluster_id };
    const deny = {
      resource_type: 'TOPIC',
      resource_name: 'payments',
      pattern_type: 'LITERAL',
      principal: `User:${account.id}`,
      operation: 'WRITE',
      permission: 'DENY',
    } as const;
    await served.person.call(createAcl, { params, body: deny });
    await expect.poll(() => write('payments'), { timeout: inForceMsMax }).toBe(refused);
    expect(await write('orders-eu')).toBe('written');
    await served.person.call(deleteAcls, { params, query: { principal: deny.principal } });
    await expect.poll(() => write('payments'), { timeout: inForceMsMax }).toBe('written');
  }, 30_000);
});

describe('a key of a person', () => {
  it('acts with her roles: of an administrator with all, of a member with what she has, of who is gone with none', async () => {
    const owner = { id: (await personOf(served.person)).id, client: served.person };
    expect(await (await producerOf(await clientOf(owner)))('orders-eu')).toBe('written');
    const member = await newMember(served.api, await organizationOf(served.person));
    const { id } = await bind(served.person, member.id, 'DeveloperWrite', `${ofCluster}/topic=orders-*`);
    const write = await producerOf(await clientOf(member, member.client));
    expect(await write('orders-eu')).toBe('written');
    expect(await write('payments')).toBe(refused);
    await served.person.call(deleteRoleBinding, { params: { id } });
    await expect.poll(() => write('orders-eu'), { timeout: inForceMsMax }).toBe(refused);
    await bind(served.person, member.id, 'DeveloperWrite', `${ofCluster}/topic=*`);
    await expect.poll(() => write('orders-eu'), { timeout: inForceMsMax }).toBe('written');
    await served.person.call(deleteUser, { params: { id: member.id } });
    // Her connections end with her keys.
    await expect.poll(() => write('orders-eu'), { timeout: inForceMsMax }).not.toBe('written');
  }, 60_000);
});

it('what roles allow is no ACL: /acls neither shows nor deletes it', async () => {
  const account = await newAccount();
  await bind(served.person, account.id, 'CloudClusterAdmin', ofCluster);
  const params = { cluster_id: served.cluster_id };
  expect((await served.person.call(listAcls, { params })).data).toEqual([]);
  expect((await served.person.call(deleteAcls, { params })).data).toEqual([]);
  expect(await (await producerOf(await clientOf(account)))('payments')).toBe('written');
});

it('who may change ACLs by an ACL gives himself no more by it', async () => {
  const account = await newAccount();
  const params = { cluster_id: served.cluster_id };
  const acl = (operation: 'ALTER' | 'READ', resource_type: 'CLUSTER' | 'TOPIC', resource_name: string) =>
    ({
      resource_type,
      resource_name,
      pattern_type: 'LITERAL',
      principal: `User:${account.id}`,
      operation,
      permission: 'ALLOW',
    }) as const;
  await served.person.call(createAcl, { params, body: acl('ALTER', 'CLUSTER', 'kafka-cluster') });
  const key = await served.person.call(createApiKey, {
    body: { spec: { owner: { id: account.id }, resource: { id: served.cluster_id } } },
  });
  const machine = served.person.withKey(key.id, key.spec.secret);
  const wanted = acl('READ', 'TOPIC', 'payments');
  expect((await machine.try(createAcl, { params, body: wanted })).status).toBe(403);
  await bind(served.person, account.id, 'DeveloperRead', `${ofCluster}/topic=payments`);
  expect((await machine.try(createAcl, { params, body: wanted })).status).toBe(201);
  const denied = { ...wanted, permission: 'DENY' as const };
  await served.person.call(createAcl, { params, body: denied });
  const query = { principal: wanted.principal, permission: 'DENY' };
  expect((await machine.try(deleteAcls, { params, query })).status).toBe(403);
});
