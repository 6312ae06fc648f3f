import { listAuditEvents } from '@weir/contracts/audit';
import { EnrolledReply, RecoveryCodesReply } from '@weir/contracts/people';
import { totpOf } from '@weir/testing/totp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secondFactorAccountLimit, secondFactorPairLimit } from '../http/rate-limits.ts';
import type { Answer, ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { mailsTo, verifyAddress } from '../testing/mails-for-tests.ts';

const proxySecret = 'a secret that the console shares with the API';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret } });
});
afterAll(() => api.close());

const password = 'correct horse';
const cookiesOf = (answer: Answer) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .filter((cookie) => !cookie.endsWith('='));
const withCookies = (answer: Answer, client = api.anonymous) =>
  client.with({ cookie: cookiesOf(answer).join('; ') });
const from = (address: string) =>
  api.anonymous.with({ 'x-forwarded-for': address, 'x-weir-proxy': proxySecret });
const newNetwork = () => {
  const group = () => (0x1000 + Math.floor(Math.random() * 0xefff)).toString(16);
  return `2001:db8:${group()}:${group()}::1`;
};

/** Codes of the past and the future are right too, so that each test can give several. */
const codeAt = (uri: string, steps = 0) => totpOf(uri, Date.now() + steps * 30_000);

const newPerson = async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  const client = await api.anonymous.signUp({ name: 'Ada', email, password });
  await verifyAddress(api, client);
  return { client, email };
};
/** A person who has turned her second factor on, with the codes that she got. */
const protectedPerson = async () => {
  const { client, email } = await newPerson();
  const enrolled = await client.send('POST', '/auth/two-factor/enable', { password });
  const { backupCodes, totpURI } = EnrolledReply.parse(enrolled.body);
  const answer = await client.send('POST', '/auth/two-factor/verify-totp', { code: codeAt(totpURI) });
  expect(answer.status).toBe(200);
  return { client: withCookies(answer), before: client, email, backupCodes, totpURI };
};
/** The first step of a sign-in. */
const firstStep = async (email: string, client = api.anonymous) => {
  const answer = await client.send('POST', '/auth/sign-in/email', { email, password });
  expect(answer.body).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['totp'] });
  return withCookies(answer, client);
};
const giveCode = (client: ApiClient, code: string) =>
  client.send('POST', '/auth/two-factor/verify-totp', { code });
const giveRecoveryCode = (client: ApiClient, code: string) =>
  client.send('POST', '/auth/two-factor/verify-backup-code', { code });
const isIn = async (client: ApiClient) => (await client.send('GET', '/auth/get-session')).body !== null;

describe('a second factor', () => {
  it('is asked for after the password, without which and with a wrong code there is no session', async () => {
    const { email, totpURI } = await protectedPerson();
    const client = await firstStep(email);
    expect(client.headers.cookie).not.toContain('session_token');
    expect(client.headers.cookie).not.toContain('device');
    expect(await isIn(client)).toBe(false);
    expect((await giveCode(api.anonymous, codeAt(totpURI, 1))).status).toBe(401);
    expect((await giveCode(client, '000000')).status).toBe(401);
    const answer = await giveCode(client, codeAt(totpURI, 1));
    expect(answer.status).toBe(200);
    const signedIn = withCookies(answer);
    expect(await isIn(signedIn)).toBe(true);
    const [event] = (await signedIn.call(listAuditEvents, {})).data;
    expect(event).toMatchObject({ action: 'session.create', after: { by: 'password and code' } });
  });

  it('takes a code once, also for who saw it being typed', async () => {
    const { email, totpURI } = await protectedPerson();
    const code = codeAt(totpURI, 1);
    const clients = [await firstStep(email), await firstStep(email), await firstStep(email)];
    const statuses = await Promise.all(clients.map(async (client) => (await giveCode(client, code)).status));
    expect(statuses.toSorted()).toEqual([200, 401, 401]);
  });

  it('is not in force before a first code was right, and stands nowhere in the clear', async () => {
    const { client, email } = await newPerson();
    const enrolled = await client.send('POST', '/auth/two-factor/enable', { password });
    const { backupCodes, totpURI } = EnrolledReply.parse(enrolled.body);
    const signedIn = await api.anonymous.send('POST', '/auth/sign-in/email', { email, password });
    expect(signedIn.body).toMatchObject({ user: { email } });
    const [row] = await api.platform.db.twoFactor.findMany({ where: { user: { email } } });
    const stored = JSON.stringify(row);
    expect(stored).not.toContain(new URL(totpURI).searchParams.get('secret'));
    for (const code of backupCodes) expect(stored).not.toContain(code);
    expect((await giveCode(client, '000000')).status).toBe(401);
    expect((await client.send('POST', '/auth/two-factor/get-totp-uri', { password })).status).toBe(404);
  });

  it('takes the password to be turned on and off, and a confirmed address to be turned on', async () => {
    const stranger = await api.signUp();
    const own = { password: 'correct horse battery' };
    expect((await stranger.send('POST', '/auth/two-factor/enable', own)).status).toBe(409);
    const { client, email } = await protectedPerson();
    expect((await client.send('POST', '/auth/two-factor/disable', { password: 'a guess' })).status).toBe(400);
    expect((await api.anonymous.send('POST', '/auth/two-factor/disable', { password })).status).toBe(401);
    const off = await client.send('POST', '/auth/two-factor/disable', { password });
    expect(off.status).toBe(200);
    const signedIn = await api.anonymous.send('POST', '/auth/sign-in/email', { email, password });
    expect(signedIn.body).toMatchObject({ user: { email } });
    const { data } = await withCookies(off).call(listAuditEvents, {});
    const actions = data.map(({ action }) => action);
    expect(actions).toContain('user.second-factor-on');
    expect(actions).toContain('user.second-factor-off');
    const kinds = (await mailsTo(api, email)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'security-notice')).toHaveLength(2);
  });

  it('stays when the password is set anew by mail', async () => {
    const { email } = await protectedPerson();
    await api.anonymous.send('POST', '/auth/request-password-reset', { email });
    const token = (await mailsTo(api, email)).at(-1)?.token;
    const body = { token, newPassword: password };
    expect((await api.anonymous.send('POST', '/auth/reset-password', body)).status).toBe(200);
    await firstStep(email);
  });
});

describe('a recovery code', () => {
  it('signs in once, however it was copied, and its owner is told', async () => {
    const { backupCodes, email } = await protectedPerson();
    const [code = '', next = ''] = backupCodes;
    const copied = ` ${code.toUpperCase().replace('-', ' ')} `;
    const clients = [await firstStep(email), await firstStep(email)];
    const answers = await Promise.all(clients.map((client) => giveRecoveryCode(client, copied)));
    const right = answers.filter(({ status }) => status === 200);
    expect(right).toHaveLength(1);
    expect(right[0] && (await isIn(withCookies(right[0])))).toBe(true);
    expect((await giveRecoveryCode(await firstStep(email), code)).status).toBe(401);
    expect((await giveRecoveryCode(await firstStep(email), next)).status).toBe(200);
    const notices = (await mailsTo(api, email)).filter(({ kind }) => kind === 'security-notice');
    expect(notices).toHaveLength(3);
  });

  it('is not what stands in the store, and gives way to new ones', async () => {
    const { backupCodes, client, email } = await protectedPerson();
    const [row] = await api.platform.db.twoFactor.findMany({ where: { user: { email } } });
    const [hash = ''] = JSON.parse(row?.backupCodes ?? '[]');
    expect((await giveRecoveryCode(await firstStep(email), hash)).status).toBe(401);
    const made = await client.send('POST', '/auth/two-factor/generate-backup-codes', { password });
    const { backupCodes: fresh } = RecoveryCodesReply.parse(made.body);
    expect((await giveRecoveryCode(await firstStep(email), backupCodes[0] ?? '')).status).toBe(401);
    expect((await giveRecoveryCode(await firstStep(email), fresh[0] ?? '')).status).toBe(200);
  });
});

describe('who has found a password and tries codes', () => {
  it('gets no further than the bound of his network, nor with others than the account’s', async () => {
    const { email } = await protectedPerson();
    const tries = async (client: ApiClient, times: number) => {
      const statuses: number[] = [];
      for (let at = 0; at < times; at++) {
        // A challenge takes five; a new one is the password once more.
        statuses.push((await giveCode(await firstStep(email, client), String(100_000 + at))).status);
      }
      return statuses.filter((status) => status === 401).length;
    };
    const pair = secondFactorPairLimit.requestsMax;
    expect(await tries(from(newNetwork()), pair + 3)).toBe(pair);
    let reached = pair;
    for (let at = 0; at < 4; at++) reached += await tries(from(newNetwork()), pair);
    expect(reached).toBe(secondFactorAccountLimit.requestsMax);
  }, 60_000);

  it('does not lock the owner out of a browser in which she signed in before', async () => {
    const { before, email, totpURI } = await protectedPerson();
    const { id } = await api.platform.db.user.findUniqueOrThrow({ where: { email } });
    const { requestsMax } = secondFactorAccountLimit;
    await api.platform.redis.set(`weir:rate:second:${id}`, requestsMax, 'PX', 60_000);
    expect((await giveCode(await firstStep(email), codeAt(totpURI, 1))).status).toBe(429);
    const device = /weir\.device=[^;]+/.exec(before.headers.cookie ?? '')?.[0] ?? '';
    const known = api.anonymous.with({ cookie: device });
    const challenge = await known.send('POST', '/auth/sign-in/email', { email, password });
    const browser = api.anonymous.with({ cookie: [device, ...cookiesOf(challenge)].join('; ') });
    expect((await giveCode(browser, codeAt(totpURI, -1))).status).toBe(200);
  });
});
