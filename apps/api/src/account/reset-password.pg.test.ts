import { listAuditEvents } from '@weir/contracts/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailRequestLimit } from '../http/rate-limits.ts';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { linkTo, mailsTo, personOf } from '../testing/mails-for-tests.ts';

const proxySecret = 'a secret that the console shares with the API';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret } });
});
afterAll(() => api.close());

const newPerson = () => ({
  name: 'Ada',
  email: `${crypto.randomUUID()}@example.com`,
  password: 'correct horse',
});
const askFor = (email: string, client = api.anonymous) =>
  client.send('POST', '/auth/request-password-reset', { email });
const reset = (token: string, newPassword = 'another horse') =>
  api.anonymous.send('POST', '/auth/reset-password', { token, newPassword });
const signIn = async (email: string, password: string) =>
  (await api.anonymous.send('POST', '/auth/sign-in/email', { email, password })).status;
const isIn = async (client: ApiClient) => (await client.send('GET', '/auth/get-session')).body !== null;

describe('who asks for a new password', () => {
  it('gets the same bytes in the same time whether or not anybody has the address', async () => {
    const known = Array.from({ length: 30 }, () => `${crypto.randomUUID()}@example.com`);
    await api.platform.db.user.createMany({
      data: known.map((email) => ({ id: email, name: 'Ada', email })),
    });
    const times = { known: [] as number[], unknown: [] as number[] };
    const texts = new Set<string>();
    const timed = async (email: string, into: number[]) => {
      const began = performance.now();
      const answer = await askFor(email);
      into.push(performance.now() - began);
      texts.add(`${answer.status} ${answer.text}`);
    };
    await askFor('warming.up@example.com');
    for (const email of known) {
      await timed(email, times.known);
      await timed(`${crypto.randomUUID()}@example.com`, times.unknown);
    }
    expect([...texts]).toEqual(['200 {"status":true}']);
    const median = (list: number[]) => list.toSorted((one, two) => one - two)[list.length / 2] ?? 0;
    const [of, none] = [median(times.known), median(times.unknown)];
    expect(Math.abs(of - none)).toBeLessThan(Math.max(of, none) * 0.4);
  });

  it('makes us write to an address three times an hour, however it is written, and is not told', async () => {
    const person = newPerson();
    await api.anonymous.signUp(person);
    for (let at = 0; at < 5; at++) {
      expect((await askFor(at % 2 ? person.email : person.email.toUpperCase())).text).toBe('{"status":true}');
    }
    const kinds = (await mailsTo(api, person.email)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'reset-password')).toHaveLength(3);
  });

  it('is counted by where it comes from', async () => {
    const headers = { 'x-forwarded-for': '2001:db8:99:1::1', 'x-weir-proxy': proxySecret };
    const key = 'weir:rate:mail:2001:db8:99:1::/64';
    await api.platform.redis.set(key, mailRequestLimit.requestsMax, 'PX', 60_000);
    expect((await askFor('a@example.com', api.anonymous.with(headers))).status).toBe(429);
    expect((await askFor('a@example.com')).status).toBe(200);
  });
});

describe('the link to a new password', () => {
  it('sets it once, ends every session, proves the mailbox, and its owner is told', async () => {
    const person = newPerson();
    const before = await api.anonymous.signUp(person);
    const { id } = await personOf(before);
    await askFor(person.email.toUpperCase());
    const token = await linkTo(api, person.email, 'reset-password');
    const used = await Promise.all([reset(token), reset(token, 'a third horse')]);
    expect(used.map((answer) => answer.status).toSorted()).toEqual([200, 400]);
    const winner = used[0]?.status === 200 ? 'another horse' : 'a third horse';
    expect(await isIn(before)).toBe(false);
    expect(await signIn(person.email, person.password)).toBe(401);
    expect(await signIn(person.email, winner)).toBe(200);
    const after = await api.anonymous.send('POST', '/auth/sign-in/email', { ...person, password: winner });
    expect(after.body).toMatchObject({ user: { emailVerified: true } });
    expect((await mailsTo(api, person.email)).at(-1)?.kind).toBe('security-notice');
    const cookie = after.headers.getSetCookie().map((line) => line.split(';')[0]);
    const { data } = await api.anonymous.with({ cookie: cookie.join('; ') }).call(listAuditEvents, {});
    expect(data.find(({ action }) => action === 'user.reset-password')).toMatchObject({
      actor: { id, via: 'mail' },
    });
  });

  it('dies with its successor’s use, with the next change of the password, and with the address', async () => {
    const person = newPerson();
    const client = await api.anonymous.signUp(person);
    const { id } = await personOf(client);
    const asked = async () => {
      await askFor(person.email);
      return linkTo(api, person.email, 'reset-password');
    };
    const [first, second] = [await asked(), await asked()];
    expect((await reset(second)).status).toBe(200);
    const dead = await reset(first);
    expect(dead.status).toBe(400);
    const third = await asked();
    await api.platform.db.user.update({ where: { id }, data: { email: `x${person.email}` } });
    expect((await reset(third)).text).toBe(dead.text);
  });

  it('is no other link, has an end, and takes no password that the contract refuses', async () => {
    const person = newPerson();
    await api.anonymous.signUp(person);
    expect((await reset(await linkTo(api, person.email, 'verify-address'))).status).toBe(400);
    await askFor(person.email);
    const token = await linkTo(api, person.email, 'reset-password');
    expect((await reset(token, 'short')).status).toBe(400);
    await api.platform.db.mail.updateMany({
      where: { recipient: person.email },
      data: { expiresAt: new Date() },
    });
    expect((await reset(token)).status).toBe(400);
    expect(await signIn(person.email, person.password)).toBe(200);
  });
});
