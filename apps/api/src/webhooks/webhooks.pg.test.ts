import { listAuditEvents } from '@weir/contracts/audit';
import { createSpendLimit, deleteSpendLimit } from '@weir/contracts/spend-limits';
import {
  createWebhook,
  createWebhookSecret,
  deleteWebhook,
  deleteWebhookSecret,
  getWebhook,
  listWebhookDeliveries,
  listWebhookSecrets,
  listWebhooks,
  resendWebhookDelivery,
  testWebhook,
  updateWebhook,
} from '@weir/contracts/webhooks';
import { unseal } from '@weir/runtime/seal';
import { webhookSecretPurpose } from '@weir/webhooks/signature';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';

let api: TestApi;
let owner: Awaited<ReturnType<typeof newOwner>>;

beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
beforeEach(async () => {
  owner = await newOwner(api);
});
afterAll(() => api.close());

const bodyWith = (change: object = {}) => ({
  spec: { display_name: 'a webhook', url: 'https://hooks.example.com/weir', ...change },
});
const newOne = () => owner.client.call(createWebhook, { body: bodyWith() });
const actionsOn = async (id: string) => {
  const { data } = await owner.client.call(listAuditEvents, { query: { 'resource.id': id } });
  return data.map(({ action }) => action);
};

it('a secret is shown once, kept sealed, and stands in no log', async () => {
  const { client } = owner;
  const made = await newOne();
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const params = { id: made.id };
  for (const answer of [
    await client.call(getWebhook, { params }),
    (await client.call(listWebhooks, {})).data[0],
    (await client.call(listWebhookSecrets, { params })).data[0],
    await client.call(updateWebhook, { params, body: { spec: { display_name: 'renamed' } } }),
    (await client.call(listAuditEvents, { query: { 'resource.id': made.id } })).data,
  ])
    expect(JSON.stringify(answer)).not.toContain('whsec_');
  const [kept] = await api.platform.db.webhookSecret.findMany({ where: { webhookId: made.id } });
  expect(kept?.sealed).not.toContain(made.secret?.slice(6));
  const { authSecret } = api.platform.settings;
  expect(unseal(authSecret, webhookSecretPurpose, `${made.id} 1`, kept?.sealed ?? '')).toBe(made.secret);
  expect(() => unseal(authSecret, webhookSecretPurpose, `${made.id} 2`, kept?.sealed ?? '')).toThrow();
});

it('a dry run and a repeated request change nothing and show no secret', async () => {
  const { client } = owner;
  const tried = await client.call(createWebhook, { body: bodyWith(), query: { dry_run: 'true' } });
  expect(tried.secret).toBeUndefined();
  expect((await client.call(listWebhooks, {})).data).toEqual([]);
  const repeated = client.with({ 'idempotency-key': crypto.randomUUID() });
  const first = await repeated.call(createWebhook, { body: bodyWith() });
  const second = await repeated.call(createWebhook, { body: bodyWith() });
  expect([second.id, second.secret]).toEqual([first.id, undefined]);
  expect((await client.call(listWebhooks, {})).data).toHaveLength(1);
});

it('is rotated by two live secrets, of which the last stays', async () => {
  const { client } = owner;
  const { id, secret } = await newOne();
  const params = { id };
  const tried = await client.call(createWebhookSecret, { params, query: { dry_run: 'true' } });
  expect(tried.secret).toBeUndefined();
  const next = await client.call(createWebhookSecret, { params });
  expect(next.id).toBe('2');
  expect(next.secret).toMatch(/^whsec_/);
  expect(next.secret).not.toBe(secret);
  const third = await client.send('POST', `/billing/v1/webhooks/${id}/secrets`);
  expect([third.status, third.text.includes('2 live secrets')]).toEqual([409, true]);
  await client.call(deleteWebhookSecret, { params: { id, secret_id: '1' } });
  const left = await client.call(listWebhookSecrets, { params });
  expect(left.data.map((row) => row.id)).toEqual(['2']);
  expect((await client.send('DELETE', `/billing/v1/webhooks/${id}/secrets/2`)).status).toBe(409);
  expect((await client.send('DELETE', `/billing/v1/webhooks/${id}/secrets/1`)).status).toBe(404);
  expect(await actionsOn(id)).toEqual(['webhook.secret-delete', 'webhook.secret-create', 'webhook.create']);
});

it('a test is sent every ten seconds at most, and stands in the log of deliveries', async () => {
  const { client } = owner;
  const { id } = await newOne();
  const params = { id };
  await client.call(testWebhook, { params, query: { dry_run: 'true' } });
  expect((await client.call(listWebhookDeliveries, { params })).data).toEqual([]);
  const repeated = client.with({ 'idempotency-key': crypto.randomUUID() });
  const sent = await repeated.call(testWebhook, { params });
  expect(sent).toMatchObject({ event_type: 'webhook.test', status: { phase: 'WAITING', attempts: 0 } });
  expect((await repeated.call(testWebhook, { params })).id).toBe(sent.id);
  const again = await client.send('POST', `/billing/v1/webhooks/${id}/deliveries`);
  expect([again.status, again.headers.get('retry-after')]).toEqual([429, '10']);
  const { data } = await client.call(listWebhookDeliveries, { params });
  expect(data.map((row) => row.id)).toEqual([sent.id]);
  expect(await actionsOn(id)).toEqual(['webhook.test', 'webhook.create']);
});

it('what waits is given up when it is switched off, and nothing is tested then', async () => {
  const { client } = owner;
  const { id } = await newOne();
  const params = { id };
  await client.call(testWebhook, { params });
  const off = await client.call(updateWebhook, { params, body: { spec: { enabled: false } } });
  expect(off.status).toMatchObject({ phase: 'DISABLED', disabled_reason: 'BY_HAND' });
  const { data } = await client.call(listWebhookDeliveries, { params });
  expect(data[0]?.status).toMatchObject({ phase: 'GIVEN_UP', problem: 'The webhook was switched off.' });
  expect((await client.send('POST', `/billing/v1/webhooks/${id}/deliveries`)).text).toContain('switched off');
  const on = await client.call(updateWebhook, { params, body: { spec: { enabled: true } } });
  expect(on.status).toEqual({ phase: 'ENABLED', disabled_reason: null, failing_since: null });
  await client.call(deleteWebhook, { params });
  expect(await api.platform.db.webhookDelivery.count({ where: { webhookId: id } })).toBe(0);
  expect(await api.platform.db.webhookSecret.count({ where: { webhookId: id } })).toBe(0);
});

it('what was taken or given up is told once more when somebody asks, under the same id', async () => {
  const { client } = owner;
  const { id } = await newOne();
  const { id: delivery_id } = await client.call(testWebhook, { params: { id } });
  const params = { id, delivery_id };
  const { db } = api.platform;
  const settle = (data: object) => db.webhookDelivery.update({ where: { id: delivery_id }, data });
  await settle({ dueAt: null, deliveredAt: new Date(), httpStatus: 204, attempts: 1 });
  const tried = await client.call(resendWebhookDelivery, { params, query: { dry_run: 'true' } });
  expect(tried.status).toMatchObject({ phase: 'WAITING', delivered_at: null });
  expect(await db.webhookDelivery.count({ where: { id: delivery_id, dueAt: null } })).toBe(1);
  const repeated = client.with({ 'idempotency-key': crypto.randomUUID() });
  const asked = await repeated.call(resendWebhookDelivery, { params });
  expect(asked).toMatchObject({ id: delivery_id, status: { phase: 'WAITING', attempts: 1 } });
  await settle({ dueAt: null, givenUpAt: new Date(), problem: 'no' });
  expect((await repeated.call(resendWebhookDelivery, { params })).status.phase).toBe('GIVEN_UP');
  expect((await client.call(resendWebhookDelivery, { params })).status.phase).toBe('WAITING');
  expect(await actionsOn(id)).toEqual([
    ...['webhook.resend', 'webhook.resend', 'webhook.test', 'webhook.create'],
  ]);
  const another = { id: (await newOne()).id, delivery_id };
  expect((await client.try(resendWebhookDelivery, { params: another })).status).toBe(404);
  await client.call(updateWebhook, { params: { id }, body: { spec: { enabled: false } } });
  const refused = await client.try(resendWebhookDelivery, { params });
  expect([refused.status, refused.text.includes('Switch it on')]).toEqual([409, true]);
});

it('of a limit that is used up and deleted its webhooks are told that it is lifted', async () => {
  const { client, organizationId } = owner;
  const { id } = await newOne();
  const scope = { kind: 'organization' as const, id: organizationId };
  const spec = { display_name: 'l', scope, amount: '1', action: 'NOTIFY' as const };
  const limit = await client.call(createSpendLimit, { body: { spec } });
  await api.platform.db.spendLimit.update({ where: { id: limit.id }, data: { isToldReached: true } });
  await client.call(deleteSpendLimit, { params: { id: limit.id }, query: { dry_run: 'true' } });
  expect((await client.call(listWebhookDeliveries, { params: { id } })).data).toEqual([]);
  await client.call(deleteSpendLimit, { params: { id: limit.id } });
  const { data } = await client.call(listWebhookDeliveries, { params: { id } });
  expect(data.map(({ event_type: type }) => type)).toEqual(['spend_limit.lifted']);
});

it('an organization has five at most', async () => {
  for (let made = 0; made < 5; made += 1) await newOne();
  const answer = await owner.client.send('POST', createWebhook.path, bodyWith());
  expect([answer.status, answer.text.includes('at most 5 webhooks')]).toEqual([409, true]);
});

it.each([
  ['without TLS', { url: 'http://hooks.example.com/' }],
  ['that is no web address', { url: 'ftp://hooks.example.com/' }],
  ['of a private network', { url: 'https://192.168.0.1/' }],
  ['of a machine’s own metadata', { url: 'https://169.254.169.254/latest' }],
  ['of a private network in the clothes of IPv6', { url: 'https://[::ffff:10.0.0.1]/' }],
  ['by way of NAT64', { url: 'https://[64:ff9b::a00:1]/' }],
  ['of a unique local address', { url: 'https://[fd00::1]/' }],
  ['in another way of writing numbers', { url: 'https://0x0a.0.0.1/' }],
  ['with a password in it', { url: 'https://ada:secret@hooks.example.com/' }],
  ['with an event that there is not', { event_types: ['limits.everything'] }],
])('refuses one %s, and nothing has changed', async (_, change) => {
  const { client } = owner;
  const answer = await client.send('POST', createWebhook.path, bodyWith(change));
  expect(answer.status).toBe(400);
  expect((await client.call(listWebhooks, {})).data).toEqual([]);
  const { id } = await newOne();
  expect((await client.send('PATCH', `/billing/v1/webhooks/${id}`, { spec: change })).status).toBe(400);
});
