import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster, getCluster } from '@weir/contracts/clusters';
import {
  createApiKey,
  createServiceAccount,
  deleteApiKey,
  deleteServiceAccount,
  listApiKeys,
} from '@weir/contracts/iam';
import { listEnvironments } from '@weir/contracts/organizations';
import { listTopics } from '@weir/contracts/topics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

describe('people', () => {
  it('have one organization and one environment, however often they come back', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const password = 'correct horse battery';
    await api.anonymous.signUp({ name: 'Ada', email, password });
    const signedIn = await api.anonymous.send('POST', '/auth/sign-in/email', { email, password });
    expect(signedIn.status).toBe(200);
    const cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0]);
    const environments = await api.anonymous.with({ cookie: cookie.join('; ') }).call(listEnvironments, {});
    expect(environments.data.map((one) => one.display_name)).toEqual(['default']);
  });

  it('get a cookie that scripts cannot read and other sites do not send', async () => {
    const person = { name: 'Ada', email: `${crypto.randomUUID()}@example.com`, password: 'correct horse' };
    const answer = await api.anonymous.send('POST', '/auth/sign-up/email', person);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
  });

  it('get a cookie of the very host where the API is reached by https', async () => {
    const secure = await startTestApi({ settings: { publicUrl: 'https://api.example.com' } });
    const person = { name: 'Ada', email: `${crypto.randomUUID()}@example.com`, password: 'correct horse' };
    const answer = await secure.anonymous.send('POST', '/auth/sign-up/email', person);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-weir\./);
      expect(cookie).toMatch(/Secure/i);
      expect(cookie).toMatch(/Path=\/(;|$)/i);
      expect(cookie).not.toMatch(/Domain=/i);
    }
    await secure.close();
  });

  it('are told that a password is wrong in the words of an unknown address', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    await api.anonymous.signUp({ name: 'Ada', email, password: 'correct horse' });
    const wrong = await api.anonymous.send('POST', '/auth/sign-in/email', { email, password: 'wrong horse' });
    const nobody = { email: `x${email}`, password: 'wrong horse' };
    const unknown = await api.anonymous.send('POST', '/auth/sign-in/email', nobody);
    expect(wrong.status).toBe(401);
    expect(wrong.text).toBe(unknown.text);
  });

  it('keep their passwords as argon2id and nothing else', async () => {
    await api.signUp();
    const accounts = await api.platform.db.account.findMany({ select: { password: true } });
    for (const account of accounts) expect(account.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('a program that is no browser', () => {
  it('signs up, in and out without an Origin, also with headers that only look like a browser', async () => {
    const program = api.anonymous.with({ 'sec-fetch-mode': 'cors' });
    const person = { name: 'Ada', email: `${crypto.randomUUID()}@example.com`, password: 'correct horse' };
    const signedUp = await program.signUp(person);
    expect((await signedUp.send('POST', '/auth/sign-out', {})).status).toBe(200);
    expect((await signedUp.send('GET', '/auth/get-session')).body).toBeNull();
    expect((await program.send('POST', '/auth/sign-in/email', person)).status).toBe(200);
  });
});

describe('a browser', () => {
  it('may sign in from the console, and from no other site', async () => {
    const person = { name: 'Ada', email: `${crypto.randomUUID()}@example.com`, password: 'correct horse' };
    const from = (origin: string) =>
      api.anonymous.with({ origin }).send('POST', '/auth/sign-up/email', person);
    const refused = await from('https://evil.example');
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({ code: 'forbidden', message: expect.any(String) });
    expect((await from('null')).status).toBe(403);
    expect((await from(api.platform.settings.consoleUrl)).status).toBe(200);
  });

  it('is not sent to another site after signing in', async () => {
    const person = { name: 'Ada', email: `${crypto.randomUUID()}@example.com`, password: 'correct horse' };
    const callbackURL = 'https://evil.example/';
    const answer = await api.anonymous.send('POST', '/auth/sign-up/email', { ...person, callbackURL });
    expect(answer.status).toBe(403);
  });

  it('may change things from the console, and from no other site', async () => {
    const person = await api.signUp();
    const body = { spec: { display_name: 'c' } };
    const from = (origin: string) => person.with({ origin }).try(createCluster, { body });
    expect((await from(api.platform.settings.consoleUrl)).status).toBe(202);
    expect((await from('https://evil.example')).status).toBe(403);
    const noOrigin = person.with({ 'sec-fetch-site': 'cross-site' });
    expect((await noOrigin.try(createCluster, { body })).status).toBe(403);
  });

  it('is told by CORS that only the console may read answers', async () => {
    const answer = await api.anonymous.with({ origin: 'https://evil.example' }).send('GET', '/healthz');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const { consoleUrl } = api.platform.settings;
    for (const origin of [consoleUrl, consoleUrl.replace('localhost', '127.0.0.1')]) {
      const allowed = await api.anonymous.with({ origin }).send('GET', '/healthz');
      expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
      expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    }
  });
});

describe('a cloud key', () => {
  it('of a person opens the control plane with that person’s rights, until it is revoked', async () => {
    const person = await api.signUp();
    const key = await person.call(createApiKey, { body: { spec: { display_name: 'terraform' } } });
    expect(key.spec.resource.id).toBe('cloud');
    const machine = person.withKey(key.id, key.spec.secret);
    const cluster = await machine.call(createCluster, { body: { spec: { display_name: 'c' } } });
    expect((await person.call(getCluster, { params: { id: cluster.id } })).id).toBe(cluster.id);
    await person.call(deleteApiKey, { params: { id: key.id } });
    const answer = await machine.send('GET', '/cmk/v2/clusters');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('invalid API key');
  });

  it('that is wrong, unknown or malformed gets one and the same answer', async () => {
    const person = await api.signUp();
    const key = await person.call(createApiKey, { body: { spec: {} } });
    const asking = (id: string, secret: string) =>
      person.withKey(id, secret).with({ 'x-request-id': 'the-same-request' }).send('GET', '/cmk/v2/clusters');
    const answers = await Promise.all([
      asking(key.id, 'weir_wrong'),
      asking('AAAAAAAAAAAAAAAA', key.spec.secret ?? ''),
      asking('not an id', ''),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.text).toBe(answers[0]?.text);
    }
  });

  it('of a service account without a role sees an empty organization and changes nothing', async () => {
    const person = await api.signUp();
    await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const key = await person.call(createApiKey, { body: { spec: { owner: { id: account.id } } } });
    const machine = person.withKey(key.id, key.spec.secret);
    expect((await machine.call(listApiKeys, {})).metadata.total_size).toBe(0);
    const created = await machine.try(createCluster, { body: { spec: { display_name: 'c' } } });
    expect(created.status).toBe(403);
    const [refusal] = (await person.call(listAuditEvents, {})).data;
    expect(refusal).toMatchObject({ action: 'createCluster', outcome: 'DENIED', actor: { id: account.id } });
  });

  it('that has expired opens nothing', async () => {
    const person = await api.signUp();
    const past = { spec: { expires_at: '2020-01-01T00:00:00Z' } };
    expect((await person.try(createApiKey, { body: past })).status).toBe(400);
    const soon = new Date(Date.now() + 60_000).toISOString();
    const key = await person.call(createApiKey, { body: { spec: { expires_at: soon } } });
    await api.platform.db.apiKey.update({ where: { id: key.id }, data: { expiresAt: new Date(0) } });
    expect((await person.withKey(key.id, key.spec.secret).send('GET', '/cmk/v2/clusters')).status).toBe(403);
  });
});

describe('a cluster key', () => {
  it('opens Kafka REST of its cluster and not the control plane', async () => {
    const person = await api.signUp();
    const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const key = await person.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
    const machine = person.withKey(key.id, key.spec.secret);
    await machine.call(listTopics, { params: { cluster_id: cluster.id } });
    expect((await machine.send('GET', '/cmk/v2/clusters')).status).toBe(403);
  });

  it('is gone from the cell with its reply when revoked, alone or with its service account', async () => {
    const person = await api.signUp();
    const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const resource = { id: cluster.id };
    const own = await person.call(createApiKey, { body: { spec: { resource } } });
    const its = await person.call(createApiKey, { body: { spec: { resource, owner: { id: account.id } } } });
    await person.call(deleteApiKey, { params: { id: own.id } });
    expect(await api.cell.findCredential(own.id)).toBeNull();
    expect(await api.cell.findCredential(its.id)).not.toBeNull();
    await person.call(deleteServiceAccount, { params: { id: account.id } });
    expect(await api.cell.findCredential(its.id)).toBeNull();
  });
});

it('keeps no secret anywhere in the control plane’s store', async () => {
  const person = await api.signUp();
  const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const cloud = await person.with({ 'idempotency-key': 'k' }).call(createApiKey, { body: { spec: {} } });
  const own = await person.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
  const { db } = api.platform;
  const rows = [
    await db.apiKey.findMany(),
    await db.apiKeySecret.findMany(),
    await db.auditEvent.findMany({ omit: { sequence: true } }),
    await db.idempotencyKey.findMany(),
    await db.cluster.findMany(),
  ];
  const stored = JSON.stringify(rows);
  for (const key of [cloud, own]) {
    expect(stored).toContain(key.id);
    expect(stored).not.toContain(key.spec.secret);
    expect(stored).not.toContain(key.spec.secret?.slice(5, 30));
  }
});
