import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster, listClusters } from '@weir/contracts/clusters';
import { createApiKey, listApiKeys } from '@weir/contracts/iam';
import { createEnvironment, listEnvironments } from '@weir/contracts/organizations';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import { totpOf } from '@weir/testing/totp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { mailsTo, personOf } from '../testing/mails-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';
import { UsageError } from './operator.ts';
import { runCommand } from './run-command.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1));
});
afterAll(() => api.close());

/** What it prints; `later` moves the operator's clock. */
const admin = async (text: string, more: readonly string[] = [], laterMs = 0): Promise<string> => {
  const lines: string[] = [];
  const clock = { now: () => Date.now() + laterMs };
  const { cells, db } = api.platform;
  const tools = { db, cells, clock, print: (line: string) => void lines.push(line) };
  expect(await runCommand([...text.split(' '), ...more], tools)).toBe(0);
  return lines.join('\n');
};
const by = ['--operator', 'kim', '--reason', 'ticket 42'];
const applyDue = async () => {
  const { cells, db } = api.platform;
  const now = () => Date.now();
  for (const id of await findDueEntries(db, now() + 60_000, 1_000))
    await applyOutboxEntry({ db, cells, now }, id);
};

describe('a tenant', () => {
  it('that is suspended reads everything and changes nothing, and its clients are let in no more, until it is resumed', async () => {
    const { client, organizationId } = await newOwner(api);
    const cluster = await client.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const cloud = await client.call(createApiKey, { body: { spec: {} } });
    const key = await client.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
    const program = api.anonymous.withKey(cloud.id, cloud.spec.secret);
    await admin(`tenants suspend ${organizationId}`, by);
    await applyDue();
    for (const one of [client, program]) {
      expect((await one.try(listClusters, {})).status).toBe(200);
      expect((await one.try(listApiKeys, {})).status).toBe(200);
      const refused = await one.try(createEnvironment, { body: { display_name: 'e' } });
      expect([refused.status, refused.text]).toEqual([
        409,
        expect.stringContaining('organization_suspended'),
      ]);
    }
    const ends = async () => (await api.cell.findCredential(key.id))?.expiresAt ?? null;
    expect((await ends()) ?? Infinity).toBeLessThanOrEqual(Date.now());
    const { data } = await client.call(listAuditEvents, {});
    expect(data.find(({ action }) => action === 'organization.suspend')).toMatchObject({
      actor: { kind: 'Operator', id: 'kim', via: 'admin' },
      after: { reason: 'ticket 42' },
    });
    expect(await admin(`tenants find ${cluster.id}`)).toContain('SUSPENDED');

    await admin(`tenants resume ${organizationId}`, by);
    await applyDue();
    expect(await ends()).toBeNull();
    expect((await program.try(createEnvironment, { body: { display_name: 'e' } })).status).toBe(201);
  });

  it('gets more of what it has a limit of, by name, and the same as everybody again', async () => {
    const { client, organizationId } = await newOwner(api);
    const applied = async () => {
      const query = { scope: 'ORGANIZATION', page_size: '100' };
      const { data } = await client.call(listAppliedQuotas, { query });
      return data.find(({ id }) => id.includes('clusters'))?.applied_limit;
    };
    const usual = await applied();
    await admin(`tenants limit ${organizationId} clusters 777`, by);
    expect(await applied()).toBe(777);
    await admin(`tenants limit ${organizationId} clusters default`, by);
    expect(await applied()).toBe(usual);
    await expect(admin(`tenants limit ${organizationId} clusters -1`, by)).rejects.toThrow(UsageError);
    await expect(admin(`tenants limit ${organizationId} wishes 1`, by)).rejects.toThrow(UsageError);
  });

  it('is found by what people write in a ticket', async () => {
    const { client, organizationId } = await newOwner(api);
    const { email, id } = await personOf(client);
    for (const text of [organizationId, email.toUpperCase(), id]) {
      expect(await admin(`tenants find ${text}`)).toContain(organizationId);
    }
    expect(await admin('tenants find nobody-has-this')).toBe('nobody');
  });
});

describe('a look into a tenant', () => {
  it('takes a named operator, a reason and a time, is in its log before anything is shown, and ends', async () => {
    const { client, organizationId } = await newOwner(api);
    const { email } = await personOf(client);
    const key = await client.call(createApiKey, { body: { spec: {} } });
    const show = `support show ${organizationId}`;
    await expect(admin(`${show} members`, ['--operator', 'kim'])).rejects.toThrow('no open look');
    const open = `support open ${organizationId}`;
    await expect(admin(open, ['--minutes', '30', '--operator', 'kim'])).rejects.toThrow('--reason');
    await expect(admin(open, ['--minutes', '30', '--reason', 'x'])).rejects.toThrow('--operator');
    await expect(admin(open, ['--minutes', '999', ...by])).rejects.toThrow('--minutes');
    await admin(open, ['--minutes', '30', ...by]);
    expect(await admin(`${show} members`, ['--operator', 'kim'])).toContain(email);
    const keys = await admin(`${show} keys`, ['--operator', 'kim']);
    expect(keys).toContain(key.id);
    expect(keys).not.toContain(key.spec.secret);
    await expect(admin(`${show} members`, ['--operator', 'lee'])).rejects.toThrow('no open look');
    await expect(admin(`${show} records`, ['--operator', 'kim'])).rejects.toThrow('no view');
    await expect(admin(`${show} members`, ['--operator', 'kim'], 31 * 60_000)).rejects.toThrow(
      'no open look',
    );
    const { data } = await client.call(listAuditEvents, { query: { action: 'support-look.*' } });
    expect(data.map(({ action, actor, after }) => [action, actor.id, after])).toEqual([
      ['support-look.read', 'kim', { view: 'keys', reason: 'ticket 42' }],
      ['support-look.read', 'kim', { view: 'members', reason: 'ticket 42' }],
      ['support-look.open', 'kim', { reason: 'ticket 42', expires_at: expect.any(String) }],
    ]);
  });
});

describe('who has lost the second factor', () => {
  it('signs in with the password alone again, is told by mail, and every session of before has ended', async () => {
    const { client, id } = await newOwner(api);
    const password = 'correct horse battery';
    const { email } = await personOf(client);
    const enrolled = await client.send('POST', '/auth/two-factor/enable', { password });
    const { totpURI } = z.object({ totpURI: z.string() }).parse(enrolled.body);
    const on = await client.send('POST', '/auth/two-factor/verify-totp', {
      code: totpOf(totpURI, Date.now()),
    });
    expect(on.status).toBe(200);
    const signIn = async () =>
      (await api.anonymous.send('POST', '/auth/sign-in/email', { email, password })).body;
    expect(await signIn()).toMatchObject({ twoFactorRedirect: true });
    await admin(`people reset-second-factor ${email}`, by);
    expect(await signIn()).toMatchObject({ user: { id } });
    expect((await client.try(listEnvironments, {})).status).toBe(401);
    expect((await mailsTo(api, email)).at(-1)?.kind).toBe('security-notice');
    const event = await api.platform.db.auditEvent.findFirst({
      where: { action: 'user.reset-second-factor' },
    });
    expect(event).toMatchObject({ actorId: 'kim', resourceId: id });
    await expect(admin(`people reset-second-factor ${email}`, by)).rejects.toThrow('no second factor');
  });
});

it('shows what is stuck in the outbox, and makes it due again', async () => {
  const { db } = api.platform;
  const far = new Date(Date.now() + 3_600_000);
  const data = {
    subjectKind: 'cluster',
    subjectId: 'lkc-stuck',
    dueAt: far,
    attempts: 9,
    lastError: 'no cell',
  };
  const { id } = await db.outbox.create({ data });
  expect(await admin('outbox stuck')).toContain(`${id}  cluster lkc-stuck`);
  expect(await admin(`outbox replay ${id}`)).toBe('1 due now');
  expect(await findDueEntries(db, Date.now(), 1_000)).toContain(id);
  expect(await admin('cells list')).toMatch(/^local {2}shared OPEN in local {2}\d+ clusters, /m);
});

it('shows the brokers of a cell, with the program that each runs', async () => {
  await api.cell.registerBroker(brokerOf(7, { programVersion: '1.0.0+aa', rack: 'a' }));
  const shown = await admin('cells show local');
  expect(shown).toMatch(/^local {2}shared OPEN in local {2}\d+ clusters$/m);
  expect(shown).toMatch(/^ {2}broker 1 {2}alive {2}- {2}version not told {2}leads \d+, holds \d+$/m);
  expect(shown).toMatch(/^ {2}broker 7 {2}alive {2}a {2}1\.0\.0\+aa {2}leads 0, holds 0$/m);
  await expect(admin('cells show nowhere')).rejects.toThrow('There is no cell "nowhere"');
});

it('lets a shared cell have more or fewer brokers, and says where that is not to be done so', async () => {
  const { db } = api.platform;
  const place = { cloud: 'LOCAL', region: 'elsewhere', state: 'OPEN', isSettled: true } as const;
  const data = { ...place, id: 'cell-further', kind: 'shared', brokersWanted: 1 };
  await db.cell.create({ data });
  await db.cell.create({ data: { ...data, id: 'cell-own', kind: 'dedicated' } });
  expect(await admin('cells show cell-further')).toContain('0 clusters, 1 brokers wanted');
  expect(await admin('cells brokers cell-further 3')).toContain('is to have 3 instead of 1');
  const after = await db.cell.findUniqueOrThrow({ where: { id: 'cell-further' } });
  expect([after.brokersWanted, after.isSettled]).toEqual([3, false]);
  for (const [command, why] of [
    ['cells brokers cell-own 3', 'whose units say'],
    ['cells brokers local 3', 'npm run cell -- add'],
    ['cells brokers cell-further 0', '1 to 30'],
    ['cells brokers cell-further 31', '1 to 30'],
  ] as const)
    await expect(admin(command)).rejects.toThrow(why);
  await db.cell.deleteMany({ where: { id: { in: ['cell-further', 'cell-own'] } } });
});

it.each([
  '',
  'tenants',
  'tenants destroy x',
  'audit verify x y',
  'constructor prototype',
  'tenants suspend no-id',
])('says what would be right of what is no command: "%s"', async (text) => {
  await expect(admin(text, by)).rejects.toThrow(UsageError);
});

describe('usage', () => {
  it('of a day is derived again when somebody asks, once, and not where its ledger is gone', async () => {
    expect(await admin('usage rebuild 2026-11-20')).toContain('of 2026-11-20 again');
    await admin('usage rebuild 2026-11-20');
    const asked = await api.platform.db.usageRebuild.findMany({ select: { day: true } });
    expect(asked).toEqual([{ day: new Date('2026-11-20T00:00:00Z') }]);
    await api.platform.db.usageSealed.create({
      data: { grain: 'day', since: new Date('2026-10-01T00:00:00Z') },
    });
    for (const day of ['2026-10-01', '2026-13-01', '2026-02-30', 'yesterday'])
      await expect(admin(`usage rebuild ${day}`)).rejects.toThrow(UsageError);
  });
});
