import { listAuditEvents } from '@weir/contracts/audit';
import { listClusters } from '@weir/contracts/clusters';
import { createApiKey } from '@weir/contracts/iam';
import { deleteOtherSessions, deleteSession, listSessions, sessionsMax } from '@weir/contracts/sessions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { personOf } from '../testing/mails-for-tests.ts';

const proxySecret = 'a secret that the console shares with the API';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret } });
});
afterAll(() => api.close());

const password = 'correct horse';
const signUp = async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  return { email, client: await api.anonymous.signUp({ name: 'Ada', email, password }) };
};
const signIn = async (email: string, headers: Record<string, string> = {}): Promise<ApiClient> => {
  const client = api.anonymous.with(headers);
  const answer = await client.send('POST', '/auth/sign-in/email', { email, password });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  return client.with({ cookie: cookie.join('; ') });
};
const from = (address: string, agent: string) => ({
  'x-forwarded-for': address,
  'x-weir-proxy': proxySecret,
  'user-agent': agent,
});
const sessionsOf = async (client: ApiClient) => (await client.call(listSessions, {})).data;
const statusOf = async (client: ApiClient) => (await client.try(listClusters, {})).status;

it('a person sees where she is signed in, from which address and client, and which of it is here', async () => {
  const { client, email } = await signUp();
  const other = await signIn(email, from('203.0.113.7', 'Firefox of Ada'));
  const [one, two, ...more] = (await sessionsOf(other)).toSorted(
    (left, right) => Number(right.is_current) - Number(left.is_current),
  );
  expect(more).toEqual([]);
  expect(one).toMatchObject({ is_current: true, source_ip: '203.0.113.7', client: 'Firefox of Ada' });
  expect(two).toMatchObject({ is_current: false, source_ip: '127.0.0.1' });
  expect((await sessionsOf(client)).find(({ is_current }) => is_current)?.id).toBe(two?.id);
});

it('a session that was ended gets nothing from its next request on, and that is in the audit log', async () => {
  const { client, email } = await signUp();
  const other = await signIn(email);
  const found = (await sessionsOf(client)).find(({ is_current }) => !is_current);
  const id = found?.id ?? '';
  expect(await statusOf(other)).toBe(200);
  await client.call(deleteSession, { params: { id } });
  expect(await statusOf(other)).toBe(401);
  expect(await statusOf(client)).toBe(200);
  const { data } = await client.call(listAuditEvents, {});
  expect(data[0]).toMatchObject({ action: 'session.delete', resource: { kind: 'Session', id } });
  const made = data.filter(({ action }) => action === 'session.create');
  expect(made.map(({ resource, source_ip }) => [resource.id, source_ip])).toContainEqual([id, '127.0.0.1']);
  expect(made).toHaveLength(2);
});

it('all others end at once, and the one that asks goes on', async () => {
  const { client, email } = await signUp();
  const others = [await signIn(email), await signIn(email), await signIn(email)];
  await client.call(deleteOtherSessions, {});
  expect(await Promise.all(others.map(statusOf))).toEqual([401, 401, 401]);
  expect(await sessionsOf(client)).toHaveLength(1);
  const [event] = (await client.call(listAuditEvents, {})).data;
  expect(event).toMatchObject({ action: 'session.delete-others', after: { sessions_ended: 3 } });
});

it('nobody sees or ends another’s sessions, and a key opens none', async () => {
  const [{ client }, { client: stranger }] = [await signUp(), await signUp()];
  const id = (await sessionsOf(client))[0]?.id ?? '';
  const hidden = await stranger.try(deleteSession, { params: { id } });
  const absent = await stranger.try(deleteSession, { params: { id: crypto.randomUUID() } });
  expect([hidden.status, absent.status]).toEqual([404, 404]);
  expect(await statusOf(client)).toBe(200);
  const key = await client.call(createApiKey, { body: { spec: {} } });
  const machine = client.withKey(key.id, key.spec.secret);
  expect((await machine.try(listSessions, {})).status).toBe(403);
  expect((await machine.try(deleteOtherSessions, {})).status).toBe(403);
  expect(await statusOf(client)).toBe(200);
});

it('it is known to the minute when a session was used, and from where', async () => {
  const { client } = await signUp();
  const { id: userId } = await personOf(client);
  const ago = new Date(Date.now() - 3_600_000);
  await api.platform.db.session.updateMany({ where: { userId }, data: { lastSeenAt: ago } });
  const [seen] = await sessionsOf(client.with(from('203.0.113.8', 'x')));
  expect(Date.parse(seen?.last_seen_at ?? '')).toBeGreaterThan(Date.now() - 60_000);
  expect(seen?.source_ip).toBe('203.0.113.8');
  const [again] = await sessionsOf(client);
  expect(again?.last_seen_at).toBe(seen?.last_seen_at);
});

it('a person has so many sessions at a time, and the ones that she used longest ago end', async () => {
  const { client, email } = await signUp();
  const { id: userId } = await personOf(client);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const old = Array.from({ length: sessionsMax + 5 }, (_, at) => ({
    id: crypto.randomUUID(),
    userId,
    token: crypto.randomUUID(),
    expiresAt,
    updatedAt: expiresAt,
    lastSeenAt: new Date(Date.now() - (at + 1) * 3_600_000),
  }));
  await api.platform.db.session.createMany({ data: old });
  // From here on it is one that is used, which those are not that follow.
  expect(await statusOf(client)).toBe(200);
  const latest = await signIn(email);
  const left = (await sessionsOf(latest)).map(({ id }) => id);
  expect(left).toHaveLength(sessionsMax);
  expect(left.slice(2)).toEqual(old.slice(0, sessionsMax - 2).map(({ id }) => id));
  expect(await statusOf(client)).toBe(200);
});

it('who signs in again and again does not lose the session that she works in', async () => {
  const { client, email } = await signUp();
  expect(await statusOf(client)).toBe(200);
  for (let at = 0; at < sessionsMax + 5; at++) await signIn(email);
  expect(await statusOf(client)).toBe(200);
  expect(await sessionsOf(client)).toHaveLength(sessionsMax);
});
