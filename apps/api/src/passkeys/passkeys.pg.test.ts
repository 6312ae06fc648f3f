import { listAuditEvents } from '@weir/contracts/audit';
import { deletePasskey, listPasskeys, passkeysMax } from '@weir/contracts/passkeys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Answer, ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { mailsTo, personOf, verifyAddress } from '../testing/mails-for-tests.ts';
import { SoftPasskey } from '../testing/soft-passkey.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const password = 'correct horse';
const Options = z.object({ challenge: z.string() });
const withCookies = (answer: Answer, client = api.anonymous) => {
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  return client.with({ cookie: cookie.join('; ') });
};
const newPasskey = () => new SoftPasskey(api.platform.settings.consoleUrl);
const newPerson = async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  const client = await api.anonymous.signUp({ name: 'Ada', email, password });
  await verifyAddress(api, client);
  return { client, email };
};
const begin = async (client: ApiClient) => {
  const answer = await client.send('POST', '/auth/passkey/register-options', { password });
  return Options.parse(answer.body).challenge;
};
const finish = (client: ApiClient, response: object) =>
  client.send('POST', '/auth/passkey/register', { name: 'My laptop', response });
const withPasskey = async () => {
  const person = await newPerson();
  const passkey = newPasskey();
  const answer = await finish(person.client, passkey.register(await begin(person.client)));
  expect(answer.status).toBe(200);
  return { ...person, passkey };
};
/** The first step of signing in: a browser with its challenge. */
const challenged = async () => {
  const answer = await api.anonymous.send('POST', '/auth/passkey/sign-in-options', {});
  return { browser: withCookies(answer), ...Options.parse(answer.body) };
};
const signIn = async (answerOf: (challenge: string) => object) => {
  const { browser, challenge } = await challenged();
  return browser.send('POST', '/auth/passkey/sign-in', { response: answerOf(challenge) });
};

describe('a passkey', () => {
  it('signs its owner in without a password or a code, and that is in the audit log', async () => {
    const { email, passkey } = await withPasskey();
    await api.platform.db.user.update({ where: { email }, data: { twoFactorEnabled: true } });
    const answer = await signIn((challenge) => passkey.signIn(challenge));
    expect(answer.status).toBe(200);
    const client = withCookies(answer);
    expect((await client.send('GET', '/auth/get-session')).body).toMatchObject({ user: { email } });
    const { data } = await client.call(listAuditEvents, {});
    expect(data[0]).toMatchObject({ action: 'session.create', after: { by: 'passkey' } });
    expect(data.map(({ action }) => action)).toContain('passkey.create');
    const [shown] = (await client.call(listPasskeys, {})).data;
    expect(shown).toMatchObject({ display_name: 'My laptop', last_used_at: expect.any(String) });
    expect((await mailsTo(api, email)).at(-1)?.kind).toBe('security-notice');
  });

  it('signs nobody in whose device did not make sure who is there, from another site, or as an old copy', async () => {
    const { passkey } = await withPasskey();
    const attempts = [
      await signIn((challenge) => passkey.signIn(challenge, { isVerified: false })),
      await signIn((challenge) => passkey.signIn(challenge, { origin: 'https://evil.example' })),
      await signIn(() => passkey.signIn('AAAA')),
      await signIn((challenge) => newPasskey().signIn(challenge)),
      await signIn(() => ({})),
    ];
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 401));
    expect((await signIn((challenge) => passkey.signIn(challenge))).status).toBe(200);
    passkey.forget();
    expect((await signIn((challenge) => passkey.signIn(challenge))).status).toBe(401);
  });

  it('answers a challenge once, and only in the browser that asked for it', async () => {
    const { passkey } = await withPasskey();
    const { browser, challenge } = await challenged();
    const response = passkey.signIn(challenge);
    const other = await challenged();
    expect((await other.browser.send('POST', '/auth/passkey/sign-in', { response })).status).toBe(401);
    expect((await api.anonymous.send('POST', '/auth/passkey/sign-in', { response })).status).toBe(400);
    expect((await browser.send('POST', '/auth/passkey/sign-in', { response })).status).toBe(200);
    expect((await browser.send('POST', '/auth/passkey/sign-in', { response })).status).toBe(400);
  });

  it('is added for the password and a confirmed address, once, and by a device that makes sure', async () => {
    const stranger = await api.signUp();
    const own = { password: 'correct horse battery' };
    expect((await stranger.send('POST', '/auth/passkey/register-options', own)).status).toBe(409);
    const { client } = await newPerson();
    const guess = { password: 'a guess' };
    expect((await client.send('POST', '/auth/passkey/register-options', guess)).status).toBe(400);
    const passkey = newPasskey();
    expect((await finish(client, passkey.register('AAAA'))).status).toBe(400);
    const loose = passkey.register(await begin(client), { isVerified: false });
    expect((await finish(client, loose)).status).toBe(400);
    const right = passkey.register(await begin(client));
    expect((await finish(api.anonymous, right)).status).toBe(401);
    expect((await finish(client, right)).status).toBe(200);
    expect((await finish(client, right)).status).toBe(400);
    const { client: other } = await newPerson();
    expect((await finish(other, passkey.register(await begin(other)))).status).toBe(400);
    expect((await client.call(listPasskeys, {})).data).toHaveLength(1);
  });

  it('that was removed signs nobody in, and nobody removes another’s', async () => {
    const { client, email, passkey } = await withPasskey();
    const id = (await client.call(listPasskeys, {})).data[0]?.id ?? '';
    const { client: stranger } = await newPerson();
    expect((await stranger.try(deletePasskey, { params: { id } })).status).toBe(404);
    expect((await stranger.call(listPasskeys, {})).data).toEqual([]);
    await client.call(deletePasskey, { params: { id } });
    expect((await signIn((challenge) => passkey.signIn(challenge))).status).toBe(401);
    expect((await client.call(listAuditEvents, {})).data[0]?.action).toBe('passkey.delete');
    const notices = (await mailsTo(api, email)).filter(({ kind }) => kind === 'security-notice');
    expect(notices).toHaveLength(2);
  });

  it('is one of so many that a person may have', async () => {
    const { client } = await newPerson();
    const challenge = await begin(client);
    const { id } = await personOf(client);
    const rows = Array.from({ length: passkeysMax }, () => ({
      id: crypto.randomUUID(),
      userId: id,
      name: 'x',
      credentialId: crypto.randomUUID(),
      publicKey: new Uint8Array(1),
      counter: 0n,
    }));
    await api.platform.db.passkey.createMany({ data: rows });
    expect((await finish(client, newPasskey().register(challenge))).status).toBe(409);
    expect((await client.send('POST', '/auth/passkey/register-options', { password })).status).toBe(409);
  });
});
