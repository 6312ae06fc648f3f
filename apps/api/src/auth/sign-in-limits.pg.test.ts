import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountLimit, signInLimit } from '../http/rate-limits.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

const proxySecret = 'a secret that the console shares with the API';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret } });
});
afterAll(() => api.close());

/** Of the network for documentation (RFC 5737, 3849), new ones each run, since counts stay in Redis. */
const newAddress = () => `2001:db8::${crypto.randomUUID().slice(0, 4)}:${crypto.randomUUID().slice(0, 4)}`;
const from = (address: string, proof = proxySecret) =>
  api.anonymous.with({ 'x-forwarded-for': address, 'x-weir-proxy': proof });
const newPerson = () => ({
  name: 'Ada',
  email: `${crypto.randomUUID()}@example.com`,
  password: 'correct horse',
});

it('an account is not guessed at from many addresses, nor with its address in capitals', async () => {
  const person = newPerson();
  await api.anonymous.signUp(person);
  const statuses: number[] = [];
  for (let at = 0; at < accountLimit.requestsMax + 1; at++) {
    const email = at % 2 === 0 ? person.email : person.email.toUpperCase();
    const body = { email, password: 'wrong horse' };
    statuses.push((await from(newAddress()).send('POST', '/auth/sign-in/email', body)).status);
  }
  expect(statuses).toEqual([...Array.from({ length: accountLimit.requestsMax }, () => 401), 429]);
  const keys = await api.platform.redis.keys('weir:rate:account:*');
  expect(keys.join()).not.toContain(person.email);
});

it('many attempts at once are no way around', async () => {
  const body = { email: newPerson().email, password: 'wrong horse' };
  const attempts = Array.from({ length: accountLimit.requestsMax + 5 }, () =>
    from(newAddress()).send('POST', '/auth/sign-in/email', body),
  );
  const refused = (await Promise.all(attempts)).filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(5);
});

it('who signs in with the right password and out again is never in the way of himself', async () => {
  const person = newPerson();
  await api.anonymous.signUp(person);
  for (let at = 0; at < accountLimit.requestsMax + 2; at++) {
    expect((await from(newAddress()).send('POST', '/auth/sign-in/email', person)).status).toBe(200);
  }
  const client = from(newAddress());
  for (let at = 0; at < signInLimit.requestsMax + 2; at++) {
    expect((await client.send('POST', '/auth/sign-out', {})).status).toBe(200);
  }
});

it('one address behind the proxy locks itself out and nobody else', async () => {
  const address = newAddress();
  const key = `weir:rate:${signInLimit.name}:${address}`;
  await api.platform.redis.set(key, signInLimit.requestsMax, 'PX', 60_000);
  const attempt = (client = from(address)) => client.send('POST', '/auth/sign-in/email', newPerson());
  expect((await attempt()).status).toBe(429);
  expect((await attempt(from(newAddress()))).status).toBe(401);
  expect((await attempt(api.anonymous)).status).toBe(401);
});

it('without the proxy’s proof the address is the socket’s, in limits, sessions and the audit log', async () => {
  const forged = newAddress();
  const client = from(forged, 'not the secret of this proxy, but as long');
  await client.send('POST', '/auth/sign-in/email', newPerson());
  expect(await api.platform.redis.exists(`weir:rate:${signInLimit.name}:${forged}`)).toBe(0);
  const person = await client.signUp(newPerson());
  await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const [event] = (await person.call(listAuditEvents, {})).data;
  expect(event?.source_ip).toBe('127.0.0.1');
  const sessions = await api.platform.db.session.findMany({ select: { ipAddress: true } });
  expect(sessions.map((session) => session.ipAddress)).not.toContain(forged);
});

it('a proven proxy’s address stands in the audit log', async () => {
  const person = await from('203.0.113.9').signUp(newPerson());
  await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const [event] = (await person.call(listAuditEvents, {})).data;
  expect(event?.source_ip).toBe('203.0.113.9');
});

it.each(['', ' ', 'x'.repeat(10_000), 'a\0b', 'a\u202eb', 'a\ud800b'])(
  'nobody signs up, or changes her name to, one that the contract refuses: %#',
  async (name) => {
    const answer = await api.anonymous.send('POST', '/auth/sign-up/email', { ...newPerson(), name });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ code: 'invalid_request', message: expect.stringMatching(/\.$/) });
    const person = await api.signUp();
    expect((await person.send('POST', '/auth/update-user', { name })).status).toBe(400);
  },
);

it('text that no store can be asked about is refused wherever it stands', async () => {
  const body = { email: 'a\0@example.com', password: 'x' };
  expect((await api.anonymous.send('POST', '/auth/sign-in/email', body)).status).toBe(400);
  expect((await api.anonymous.send('GET', '/auth/verify-email?token=a%00b')).status).toBe(404);
});
