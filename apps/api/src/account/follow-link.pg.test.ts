import { listAuditEvents } from '@weir/contracts/audit';
import { LocalOutbox } from '@weir/contracts/people';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { linkTo, mailsTo, personOf, verifyAddress } from '../testing/mails-for-tests.ts';

const outboxKey = 'a key of the local outbox, long enough';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { outboxKey } });
});
afterAll(() => api.close());

const verify = (client: ApiClient, token: string) => client.send('POST', '/auth/verify-email', { token });

describe('the link to confirm an address', () => {
  it('confirms it once, for who is signed in, and that is in the audit log', async () => {
    const person = await api.signUp();
    const { email, id } = await personOf(person);
    const token = await linkTo(api, email, 'verify-address');
    expect((await verify(person, token)).status).toBe(200);
    expect((await person.send('GET', '/auth/get-session')).body).toMatchObject({
      user: { emailVerified: true },
    });
    const [event] = (await person.call(listAuditEvents, {})).data;
    expect(event).toMatchObject({ action: 'user.verify-address', actor: { id, via: 'mail' } });
    expect(JSON.stringify(event)).not.toContain(email);
    expect((await verify(person, token)).status).toBe(400);
  });

  it('is worth nothing to who is not signed in, or as somebody else, and is not used up by that', async () => {
    const [person, other] = [await api.signUp(), await api.signUp()];
    const token = await linkTo(api, (await personOf(person)).email, 'verify-address');
    expect((await verify(api.anonymous, token)).status).toBe(401);
    expect((await verify(other, token)).status).toBe(400);
    expect((await verify(person, token)).status).toBe(200);
  });

  it('is told to be dead in the same words whatever is wrong with it', async () => {
    const [person, other] = [await api.signUp(), await api.signUp()];
    const used = await linkTo(api, (await personOf(person)).email, 'verify-address');
    await verifyAddress(api, person);
    const ofOther = await linkTo(api, (await personOf(other)).email, 'verify-address');
    const made = [used, ofOther, 'x', `${crypto.randomUUID()}.${'A'.repeat(43)}`];
    for (const token of made) {
      const answer = await verify(person, token);
      expect(answer.status).toBe(400);
      expect(answer.text).toBe((await verify(person, '')).text);
    }
  });

  it('does not confirm an address that the person has left', async () => {
    const person = await api.signUp();
    const { email, id } = await personOf(person);
    const token = await linkTo(api, email, 'verify-address');
    await api.platform.db.user.update({ where: { id }, data: { email: `new-${email}` } });
    expect((await verify(person, token)).status).toBe(400);
    expect((await person.send('GET', '/auth/get-session')).body).toMatchObject({
      user: { emailVerified: false },
    });
  });

  it('is mailed again when its person asks, some times an hour, and not to others', async () => {
    const person = await api.signUp();
    const again = () => person.send('POST', '/auth/send-verification-email', {});
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++) statuses.push((await again()).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    expect((await api.anonymous.send('POST', '/auth/send-verification-email', {})).status).toBe(401);
  });

  it('leads to the console of the settings, whatever host a request names', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const client = api.anonymous.with({ 'x-forwarded-host': 'evil.example' });
    await client.signUp({ name: 'http://evil.example', email, password: 'correct horse' });
    await api.platform.db.mail.updateMany({ where: { recipient: email }, data: { sentAt: new Date() } });
    const { body } = await api.anonymous.send('POST', '/auth/local-outbox', { key: outboxKey });
    const [mail] = LocalOutbox.parse(body).data.filter(({ recipient }) => recipient === email);
    const token = await linkTo(api, email, 'verify-address');
    expect(mail?.text).toContain(`${api.platform.settings.consoleUrl}/verify-email#${token}`);
    // Neither the host nor the name that a stranger chose.
    expect(mail?.text).not.toContain('evil');
  });
});

describe('the local outbox', () => {
  const open = (key: string, from = api) => from.anonymous.send('POST', '/auth/local-outbox', { key });

  it('shows mail to who has its key, and to nobody else, signed in or on this machine', async () => {
    const person = await api.signUp();
    expect((await open('a wrong key, but of a good length')).status).toBe(403);
    expect((await open('')).status).toBe(403);
    expect((await person.send('POST', '/auth/local-outbox', {})).status).toBe(400);
    expect((await person.send('GET', '/outbox')).status).toBe(404);
    expect((await open(outboxKey)).status).toBe(200);
  });

  it('is nowhere to be found without a key in the settings', async () => {
    const other = await startTestApi();
    expect((await open(outboxKey, other)).status).toBe(404);
    expect((await open('', other)).status).toBe(404);
    await other.close();
  });
});

it('nobody gets more mail from strangers than his share, and they are not told', async () => {
  const person = await api.signUp();
  const { email } = await personOf(person);
  const again = () =>
    api.anonymous.send('POST', '/auth/sign-up/email', { name: 'Eve', email, password: 'another horse' });
  const answers = [await again(), await again(), await again()];
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  const kinds = (await mailsTo(api, email)).map(({ kind }) => kind);
  expect(kinds).toEqual(['verify-address', 'account-exists']);
});
