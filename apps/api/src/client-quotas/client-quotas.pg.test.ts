import { listAuditEvents } from '@weir/contracts/audit';
import {
  createClientQuota,
  deleteClientQuota,
  getClientQuota,
  listClientQuotas,
  updateClientQuota,
} from '@weir/contracts/client-quotas';
import { createCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const rates = (ingress: string, egress = ingress) => ({
  throughput: { ingress_byte_rate: ingress, egress_byte_rate: egress },
});

/** A person with a cluster, a service account and a key of it in the cluster. */
async function scene() {
  const person = await api.signUp();
  const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
  const owned = { owner: { id: account.id }, resource: { id: cluster.id } };
  const key = await person.call(createApiKey, { body: { spec: owned } });
  const place = { cluster: { id: String(cluster.id) }, environment: { id: cluster.spec.environment.id } };
  const specOf = (principal: string, ingress = '1000') => ({
    spec: { display_name: 'q', ...rates(ingress), ...place, principals: [{ id: principal }] },
  });
  const make = (principal: string, ingress?: string) =>
    person.call(createClientQuota, { body: specOf(principal, ingress) });
  const inCell = async () => (await api.cell.findCluster(cluster.id))?.clientQuotas;
  const query = { 'spec.cluster': place.cluster.id, environment: place.environment.id };
  return { person, cluster, account: String(account.id), key: String(key.id), specOf, make, inCell, query };
}

const inCellOf = (client: string, ingress: number, egress = ingress) => ({
  client,
  ingressBytesPerSecMax: ingress,
  egressBytesPerSecMax: egress,
});

it('is what brokers are told from the reply on: of an account, of a key and of everybody else', async () => {
  const { person, account, key, make, inCell } = await scene();
  const made = await make(account);
  expect(made.spec).toMatchObject({ ...rates('1000'), principals: [{ id: account }] });
  await make(key, '200');
  await make('<default>', '9007199254740991');
  const expected = [
    inCellOf(`User:${account}`, 1_000),
    inCellOf(`Key:${key}`, 200),
    inCellOf('<default>', Number.MAX_SAFE_INTEGER),
  ];
  expect(await inCell()).toHaveLength(3);
  expect(await inCell()).toEqual(expect.arrayContaining(expected));
  const spec = { ...rates('5', '7'), principals: [{ id: account }] };
  const changed = await person.call(updateClientQuota, { params: { id: made.id }, body: { spec } });
  expect([changed.spec.display_name, changed.spec.throughput]).toEqual(['q', rates('5', '7').throughput]);
  expect(await inCell()).toContainEqual(inCellOf(`User:${account}`, 5, 7));
  await person.call(deleteClientQuota, { params: { id: made.id } });
  expect(await inCell()).toHaveLength(2);
  expect((await person.try(getClientQuota, { params: { id: made.id } })).status).toBe(404);
  const events = await person.call(listAuditEvents, { query: { 'resource.id': made.id } });
  expect(events.data.map(({ action }) => action)).toEqual([
    'client-quota.delete',
    'client-quota.update',
    'client-quota.create',
  ]);
});

it('is of each principal one at most, also where twenty are made at the same time', async () => {
  const { person, account, specOf, inCell } = await scene();
  const asked = Array.from({ length: 20 }, () => person.try(createClientQuota, { body: specOf(account) }));
  const statuses = (await Promise.all(asked)).map(({ status }) => status).toSorted();
  expect(statuses).toEqual([202, ...Array.from({ length: 19 }, () => 409)]);
  expect(await inCell()).toEqual([inCellOf(`User:${account}`, 1_000)]);
});

it('of principals that nobody is, of keys of elsewhere and with rates that are none is refused with the place of it', async () => {
  const { person, account, specOf } = await scene();
  const elsewhere = await scene();
  for (const principal of ['sa-nobody', elsewhere.account, elsewhere.key, 'User:*']) {
    const answer = await person.try(createClientQuota, { body: specOf(principal) });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('/spec/principals/0/id')]);
  }
  for (const rate of ['0', '-1', '1.5', '1e3', '', '9007199254740992', '99999999999999999']) {
    expect((await person.try(createClientQuota, { body: specOf(account, rate) })).status).toBe(400);
  }
});

it('is made once of one Idempotency-Key, and not at all in a dry run', async () => {
  const { person, account, specOf, inCell, make } = await scene();
  const body = specOf(account);
  const dry = await person.call(createClientQuota, { body, query: { dry_run: 'true' } });
  expect([dry.spec.principals.length, await inCell()]).toEqual([1, undefined]);
  const client = person.with({ 'idempotency-key': crypto.randomUUID() });
  const made = await Promise.all(Array.from({ length: 5 }, () => client.call(createClientQuota, { body })));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  const taken = { body, query: { dry_run: 'true' } };
  expect((await person.try(createClientQuota, taken)).status).toBe(409);
  const [first] = made;
  const params = { id: String(first?.id) };
  const change = { spec: rates('7') };
  const dryRun = { dry_run: 'true' };
  const changed = await person.call(updateClientQuota, { params, body: change, query: dryRun });
  expect(changed.spec.throughput).toEqual(rates('7').throughput);
  await person.call(deleteClientQuota, { params, query: dryRun });
  expect(await inCell()).toEqual([inCellOf(`User:${account}`, 1_000)]);
  await make('<default>');
});

it('is listed by cluster and environment, by pages, and to nobody of another organization', async () => {
  const { person, account, key, make, query } = await scene();
  const [one, other] = [await make(account), await make(key)];
  const listed = await person.call(listClientQuotas, { query: { ...query, page_size: '1' } });
  expect([listed.data[0]?.id, listed.metadata.total_size]).toEqual([other.id, 2]);
  const next = Object.fromEntries(new URL(listed.metadata.next ?? '').searchParams);
  expect((await person.call(listClientQuotas, { query: next })).data[0]?.id).toBe(one.id);
  const { environment } = query;
  expect((await person.send('GET', `/kafka-quotas/v1/client-quotas?environment=${environment}`)).status).toBe(
    400,
  );
  const stranger = (await api.signUp()).with({ 'x-request-id': 'the-same-request' });
  expect((await stranger.call(listClientQuotas, { query })).data).toEqual([]);
  const [theirs, nobodys] = await Promise.all(
    [String(one.id), 'cq-nobody'].map((id) => stranger.try(getClientQuota, { params: { id } })),
  );
  expect([theirs?.status, theirs?.text]).toEqual([404, nobodys?.text]);
  const body = { spec: rates('7') };
  const changed = await stranger.try(updateClientQuota, { params: { id: String(one.id) }, body });
  expect(changed.text).toBe(nobodys?.text);
});
