import { listAuditEvents } from '@weir/contracts/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordCheckLimit } from '../http/rate-limits.ts';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { linkTo, mailsTo, personOf } from '../testing/mails-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const password = 'correct horse';
const newAddress = () => `${crypto.randomUUID()}@example.com`;
const signUp = async () => {
  const email = newAddress();
  return { email, client: await api.anonymous.signUp({ name: 'Ada', email, password }) };
};
const signIn = async (email: string, given = password): Promise<ApiClient | null> => {
  const answer = await api.anonymous.send('POST', '/auth/sign-in/email', { email, password: given });
  if (answer.status !== 200) return null;
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  return api.anonymous.with({ cookie: cookie.join('; ') });
};
const isIn = async (client: ApiClient) => (await client.send('GET', '/auth/get-session')).body !== null;
const kindsTo = async (email: string) => (await mailsTo(api, email)).map(({ kind }) => kind);

describe('changing the password', () => {
  const change = (client: ApiClient, currentPassword: string, newPassword = 'another horse') =>
    client.send('POST', '/auth/change-password', { currentPassword, newPassword });

  it('ends every other session at once, tells the owner, and is in the audit log', async () => {
    const { client, email } = await signUp();
    const other = await signIn(email);
    expect(other && (await isIn(other))).toBe(true);
    expect((await change(client, password)).status).toBe(200);
    expect(other && (await isIn(other))).toBe(false);
    expect(await isIn(client)).toBe(true);
    expect(await signIn(email)).toBeNull();
    expect(await signIn(email, 'another horse')).not.toBeNull();
    expect((await kindsTo(email)).at(-1)).toBe('security-notice');
    const { data } = await client.call(listAuditEvents, {});
    expect(data.find(({ action }) => action === 'user.change-password')?.after).toEqual({
      sessions_ended: 1,
    });
  });

  it('takes the old one, which cannot be guessed with a found session', async () => {
    const { client, email } = await signUp();
    const statuses: number[] = [];
    for (let at = 0; at < passwordCheckLimit.requestsMax + 2; at++) {
      statuses.push((await change(client, 'a guess')).status);
    }
    expect(statuses.filter((status) => status === 400)).toHaveLength(passwordCheckLimit.requestsMax);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    expect(await signIn(email)).not.toBeNull();
    expect((await change(api.anonymous, password)).status).toBe(401);
  });

  it('kills links that were mailed before, by which a thief could come back', async () => {
    const { client, email } = await signUp();
    const stolen = newAddress();
    await client.send('POST', '/auth/change-email', { newEmail: stolen, password });
    await api.anonymous.send('POST', '/auth/request-password-reset', { email });
    expect((await change(client, password)).status).toBe(200);
    const toStolen = { token: await linkTo(api, stolen, 'confirm-new-address') };
    expect((await client.send('POST', '/auth/verify-email', toStolen)).status).toBe(400);
    const reset = { token: await linkTo(api, email, 'reset-password'), newPassword: 'a thief’s horse' };
    expect((await api.anonymous.send('POST', '/auth/reset-password', reset)).status).toBe(400);
  });
});

describe('changing the address', () => {
  const change = (client: ApiClient, newEmail: string, given = password) =>
    client.send('POST', '/auth/change-email', { newEmail, password: given });
  const confirm = (client: ApiClient, token: string) => client.send('POST', '/auth/verify-email', { token });

  it('happens when the new one is confirmed, and the old one is told', async () => {
    const { client, email } = await signUp();
    const newEmail = newAddress();
    expect((await change(client, newEmail, 'a guess')).status).toBe(400);
    expect((await change(client, newEmail.toUpperCase())).status).toBe(200);
    expect((await personOf(client)).email).toBe(email);
    const token = await linkTo(api, newEmail, 'confirm-new-address');
    const { client: stranger } = await signUp();
    expect((await confirm(stranger, token)).status).toBe(400);
    expect((await confirm(api.anonymous, token)).status).toBe(401);
    expect((await confirm(client, token)).status).toBe(200);
    expect((await client.send('GET', '/auth/get-session')).body).toMatchObject({
      user: { email: newEmail, emailVerified: true },
    });
    expect((await kindsTo(email)).at(-1)).toBe('address-changed');
    expect(await signIn(email)).toBeNull();
    expect(await signIn(newEmail)).not.toBeNull();
    const { data } = await client.call(listAuditEvents, {});
    expect(data.map(({ action }) => action)).toContain('user.change-address');
    expect(JSON.stringify(data)).not.toContain('@example.com');
  });

  it('to one that somebody has is answered as any other, changes nothing, and that one is told', async () => {
    const [{ client }, { email: taken }] = [await signUp(), await signUp()];
    const free = await change(client, newAddress());
    const answer = await change(client, taken);
    expect([answer.status, answer.text]).toEqual([free.status, free.text]);
    expect(await kindsTo(taken)).toEqual(['verify-address', 'account-exists']);
  });

  it('does not take an address that got an account before the link was followed', async () => {
    const { client, email } = await signUp();
    const newEmail = newAddress();
    await change(client, newEmail);
    const token = await linkTo(api, newEmail, 'confirm-new-address');
    await api.anonymous.signUp({ name: 'Bob', email: newEmail, password });
    expect((await confirm(client, token)).status).toBe(400);
    expect((await personOf(client)).email).toBe(email);
  });
});
