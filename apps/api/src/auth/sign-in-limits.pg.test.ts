import { createHmac } from 'node:crypto';
import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clientNetwork } from '../http/client-address.ts';
import { accountLimit, deviceLimit, pairLimit, signInLimit, signUpLimit } from '../http/rate-limits.ts';
import type { Answer, ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { mailsTo } from '../testing/mails-for-tests.ts';

const proxySecret = 'a secret that the console shares with the API';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret } });
});
afterAll(() => api.close());

/** Of the network for documentation (RFC 3849), new ones each run, since counts stay in Redis; each its own /64. */
const newAddress = () => {
  const group = () => (0x1000 + Math.floor(Math.random() * 0xefff)).toString(16);
  return `2001:db8:${group()}:${group()}::1`;
};
const from = (address: string, proof = proxySecret) =>
  api.anonymous.with({ 'x-forwarded-for': address, 'x-weir-proxy': proof });
const newPerson = () => ({
  name: 'Ada',
  email: `${crypto.randomUUID()}@example.com`,
  password: 'correct horse',
});

const signIn = (client: ApiClient, email: string, password: string) =>
  client.send('POST', '/auth/sign-in/email', { email, password });
/** As many wrong passwords, one after the other or all at once; the statuses that came back. */
const guess = async (client: () => ApiClient, email: string, times: number) => {
  const answers = await Promise.all(
    Array.from({ length: times }, () => signIn(client(), email, 'wrong horse')),
  );
  return answers.map((answer) => answer.status);
};
const count = (statuses: number[], status: number) => statuses.filter((each) => each === status).length;
const cookieOf = (answer: Answer) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

describe('one address that guesses', () => {
  it('slows itself down, also all at once and in capitals, and not the person whose name it tries', async () => {
    const person = newPerson();
    await api.anonymous.signUp(person);
    const attacker = from(newAddress());
    const statuses = [
      ...(await guess(() => attacker, person.email, 20)),
      ...(await guess(() => attacker, person.email.toUpperCase(), 20)),
    ];
    expect(count(statuses, 401)).toBe(pairLimit.requestsMax);
    expect(count(statuses, 429)).toBe(40 - pairLimit.requestsMax);
    expect((await signIn(from(newAddress()), person.email, person.password)).status).toBe(200);
    const keys = await api.platform.redis.keys('weir:rate:*');
    expect(keys.join()).not.toContain(person.email);
  });

  it('may change within its network and is the same', async () => {
    const person = newPerson();
    const network = newAddress().replace(/::1$/, '');
    let at = 1;
    const statuses = await guess(() => from(`${network}::${at++}`), person.email, pairLimit.requestsMax + 5);
    expect(count(statuses, 429)).toBe(5);
  });

  it('does not keep its neighbours behind the same address from signing in to their own accounts', async () => {
    const [victim, neighbour] = [newPerson(), newPerson()];
    await api.anonymous.signUp(neighbour);
    const shared = newAddress();
    await guess(() => from(shared), victim.email, pairLimit.requestsMax + 5);
    expect((await signIn(from(shared), neighbour.email, neighbour.password)).status).toBe(200);
  });

  it('does not keep its victim out behind the same address either, in a browser that signed in before', async () => {
    const person = newPerson();
    const shared = newAddress();
    await from(shared).signUp(person);
    const first = await signIn(from(shared), person.email, person.password);
    const cookie = cookieOf(first);
    expect(cookie).toContain('weir.device=');
    await guess(() => from(shared), person.email, pairLimit.requestsMax + 5);
    expect((await signIn(from(shared), person.email, person.password)).status).toBe(429);
    const browser = from(shared).with({ cookie });
    expect((await signIn(browser, person.email, person.password)).status).toBe(200);
  });
});

describe('many addresses that guess', () => {
  it('get no further than the account’s own bound, and do not keep its known browser out', async () => {
    const person = newPerson();
    const known = await api.anonymous.signUp(person);
    const statuses = await guess(() => from(newAddress()), person.email, accountLimit.requestsMax + 15);
    expect(count(statuses, 401)).toBe(accountLimit.requestsMax);
    expect(count(statuses, 429)).toBe(15);
    expect((await signIn(from(newAddress()), person.email, person.password)).status).toBe(429);
    const browser = from(newAddress()).with(known.headers);
    expect((await signIn(browser, person.email, person.password)).status).toBe(200);
  });

  it('cannot use a browser of their own account, nor guess without end in a stolen one', async () => {
    const [victim, thief] = [newPerson(), newPerson()];
    const own = await api.anonymous.signUp(victim);
    const other = await api.anonymous.signUp(thief);
    await guess(() => from(newAddress()), victim.email, accountLimit.requestsMax);
    const asThief = from(newAddress()).with(other.headers);
    expect((await signIn(asThief, victim.email, 'wrong horse')).status).toBe(429);
    const stolen = await guess(
      () => from(newAddress()).with(own.headers),
      victim.email,
      deviceLimit.requestsMax + 5,
    );
    expect(count(stolen, 401)).toBe(deviceLimit.requestsMax);
  });
});

describe('signing up', () => {
  it('with an address that is taken looks as any other, opens nothing, and tells its owner', async () => {
    const person = newPerson();
    const owner = await api.anonymous.signUp(person);
    const again = { ...person, name: 'Eve', email: person.email.toUpperCase(), password: 'another horse' };
    const fresh = await api.anonymous.send('POST', '/auth/sign-up/email', newPerson());
    for (let at = 0; at < 3; at++) {
      const taken = await api.anonymous.send('POST', '/auth/sign-up/email', again);
      expect(taken.status).toBe(fresh.status);
      expect(taken.headers.getSetCookie()).toEqual([]);
      expect(shapeOf(taken.body)).toEqual(shapeOf(fresh.body));
      expect(taken.body).toMatchObject({ token: null, user: { name: 'Eve', email: person.email } });
    }
    expect((await signIn(api.anonymous, person.email, 'another horse')).status).toBe(401);
    expect((await owner.send('GET', '/auth/get-session')).body).toMatchObject({ user: { name: 'Ada' } });
    const mails = (await mailsTo(api, person.email)).map(({ kind }) => kind);
    expect(mails).toEqual(['verify-address', 'account-exists']);
  });

  it('is counted by where it comes from, so that nobody asks about a list of addresses', async () => {
    const client = from(newAddress());
    const statuses: number[] = [];
    for (let at = 0; at < signUpLimit.requestsMax + 2; at++) {
      statuses.push((await client.send('POST', '/auth/sign-up/email', newPerson())).status);
    }
    expect(count(statuses, 200)).toBe(signUpLimit.requestsMax);
    expect(count(statuses, 429)).toBe(2);
  }, 60_000);
});

describe('a session', () => {
  it('stands in the store only as a hash, which opens nothing', async () => {
    const person = newPerson();
    const answer = await api.anonymous.send('POST', '/auth/sign-up/email', person);
    const token = z.object({ token: z.string() }).parse(answer.body).token;
    const rows = await api.platform.db.session.findMany({ where: { user: { email: person.email } } });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
    const mac = createHmac('sha256', api.platform.settings.authSecret);
    const stored = rows[0]?.token ?? '';
    const forged = `${stored}.${mac.update(stored).digest('base64')}`;
    const cookie = `weir.session_token=${encodeURIComponent(forged)}`;
    expect((await api.anonymous.with({ cookie }).send('GET', '/auth/get-session')).body).toBeNull();
    const real = api.anonymous.with({ cookie: cookieOf(answer) });
    expect((await real.send('GET', '/auth/get-session')).body).toMatchObject({
      user: { email: person.email },
    });
    // The way in which the forged one was made is the library's own.
    const own = createHmac('sha256', api.platform.settings.authSecret).update(token).digest('base64');
    expect(decodeURIComponent(cookieOf(answer))).toContain(`weir.session_token=${token}.${own}`);
  });

  it('is extended, ended by signing out, and gone with all others when its person says so', async () => {
    const person = newPerson();
    await api.anonymous.signUp(person);
    const client = async () =>
      api.anonymous.with({ cookie: cookieOf(await signIn(api.anonymous, person.email, person.password)) });
    const [one, two] = [await client(), await client()];
    await api.platform.db.session.updateMany({
      where: { user: { email: person.email } },
      data: { expiresAt: new Date(Date.now() + 3_600_000), updatedAt: new Date(Date.now() - 8 * 86_400_000) },
    });
    expect((await one.send('GET', '/auth/get-session')).body).toMatchObject({
      user: { email: person.email },
    });
    const ends = await api.platform.db.session.findMany({ where: { user: { email: person.email } } });
    expect(ends.filter((row) => row.expiresAt.getTime() > Date.now() + 86_400_000)).toHaveLength(1);
    await one.send('POST', '/auth/sign-out', {});
    expect((await one.send('GET', '/auth/get-session')).body).toBeNull();
    expect((await two.send('GET', '/auth/get-session')).body).not.toBeNull();
    expect((await two.send('POST', '/auth/revoke-sessions', {})).status).toBe(200);
    expect((await two.send('GET', '/auth/get-session')).body).toBeNull();
    expect((await two.send('GET', '/auth/list-sessions')).status).toBe(404);
  });
});

/** The names and types of what is in it, but for the token, which is what differs. */
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => name !== 'token')
          .map(([name, field]) => [name, shapeOf(field)])
          .toSorted(),
      )
    : typeof value;

it('who signs in with the right password and out again is never in the way of himself', async () => {
  const person = newPerson();
  await api.anonymous.signUp(person);
  for (let at = 0; at < pairLimit.requestsMax + 2; at++) {
    expect((await from('2001:db8:7:7::1').send('POST', '/auth/sign-in/email', person)).status).toBe(200);
  }
  const client = from(newAddress());
  for (let at = 0; at < signInLimit.requestsMax + 2; at++) {
    expect((await client.send('POST', '/auth/sign-out', {})).status).toBe(200);
  }
});

it('one address behind the proxy locks itself out and nobody else', async () => {
  const address = newAddress();
  const key = `weir:rate:${signInLimit.name}:${clientNetwork(address)}`;
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
  expect(await api.platform.redis.exists(`weir:rate:${signInLimit.name}:${clientNetwork(forged)}`)).toBe(0);
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
