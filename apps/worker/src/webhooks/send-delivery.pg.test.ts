import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createCells } from '@weir/provisioning/cells';
import { createGuardedFetch, type GuardedFetch } from '@weir/runtime/guarded-fetch';
import { createLogger } from '@weir/runtime/logger';
import { seal } from '@weir/runtime/seal';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { announce, waitingMax } from '@weir/webhooks/announce';
import { makeWebhookSecret, webhookSecretPurpose } from '@weir/webhooks/signature';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { noDns } from '../testing/outside-for-tests.ts';
import { deliveriesKeptMax, pruneDeliveries } from './delivery.store.ts';
import { failingMsMax } from './delivery-plan.ts';
import { sendDelivery } from './send-delivery.ts';
import { sweepDeliveries } from './sweep-deliveries.ts';

const authSecret = 'a secret that is long enough for this';
const noon = Date.parse('2026-01-15T12:00:00.000Z');

let database: TestDatabase;
let db: ControlDb;
let outside: GuardedFetch;
let address = '';
let now = noon;
let organizationId = '';
let answer: (request: IncomingMessage, response: ServerResponse) => void;
interface Told {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
let told: Told[] = [];

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    told.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    answer(request, response);
  });
});

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Of a server on a port, that is what it tells.
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  outside = createGuardedFetch({ allowsLoopback: true, dnsServers: null, answerMsMax: 30_000 });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([outside.close(), db.$disconnect()]);
  await database.drop();
});
beforeEach(async () => {
  now = noon;
  told = [];
  answer = (_, response) => void response.writeHead(204).end();
  organizationId = randomUUID();
  await db.webhookDelivery.deleteMany({});
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
});

const deps = (fetch = outside): WorkerDeps => ({
  db,
  cells: createCells({}),
  clock: { now: () => now },
  logger: createLogger('worker', 'silent'),
  metrics: new WorkerMetrics(),
  brokerHost: 'localhost',
  findTxtRecords: noDns,
  brokers: noBrokers,
  outside: fetch,
  payments: null,
  issuedBy: [],
  mail: { transport: noMailServer, consoleUrl: 'http://localhost', authSecret },
});

const newWebhook = async (secrets = [makeWebhookSecret()], url = address, eventTypes: string[] = []) => {
  const id = `wh-${randomUUID()}`;
  const rows = secrets.map((secret, at) => {
    const number = at + 1;
    return { number, sealed: seal(authSecret, webhookSecretPurpose, `${id} ${number}`, secret) };
  });
  const data = { id, organizationId, displayName: 'w', url, eventTypes };
  await db.webhook.create({ data: { ...data, secrets: { create: rows } } });
  return id;
};
const lift = (spendLimit = 'sl-1') =>
  db.$transaction((tx) => {
    const data = { spend_limit: spendLimit, reason: 'ROOM' } as const;
    return announce(tx, organizationId, { type: 'spend_limit.lifted', data }, now);
  });
/** What the queue does with what a sweep gives it. */
const run = async (given = deps()) => {
  const ids: string[] = [];
  const addBulk = async (jobs: { data: { deliveryId: string } }[]) =>
    void ids.push(...jobs.map(({ data }) => data.deliveryId));
  await sweepDeliveries(given, { addBulk });
  await Promise.all(ids.map((deliveryId) => sendDelivery(given, { deliveryId })));
  return ids.length;
};
const rows = (webhookId: string) =>
  db.webhookDelivery.findMany({ where: { webhookId }, orderBy: { createdAt: 'asc' } });

it('an event is told once, signed with each live secret over what was sent', async () => {
  const secrets = [makeWebhookSecret(), makeWebhookSecret()];
  const id = await newWebhook(secrets);
  expect(await lift()).toBe(1);
  expect(await run()).toBe(1);
  expect(await run()).toBe(0);
  expect(told).toHaveLength(1);
  const { body, headers } = told[0] ?? { body: '', headers: {} };
  expect(JSON.parse(body)).toEqual({
    type: 'spend_limit.lifted',
    timestamp: '2026-01-15T12:00:00.000Z',
    data: { organization: organizationId, spend_limit: 'sl-1', reason: 'ROOM' },
  });
  expect(headers['webhook-timestamp']).toBe(String(noon / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  });
  expect(headers['webhook-signature']).toBe(signatures.join(' '));
  const [row] = await rows(id);
  expect(row).toMatchObject({ id: headers['webhook-id'], httpStatus: 204, attempts: 1, problem: null });
});

it('what was not taken is told again with the same id and a new time stamp', async () => {
  const id = await newWebhook();
  answer = (_, response) => void response.writeHead(500).end();
  await lift();
  await run();
  expect((await rows(id))[0]).toMatchObject({ httpStatus: 500, attempts: 1, deliveredAt: null });
  expect(await db.webhook.findUnique({ where: { id } })).toMatchObject({ failingSince: new Date(noon) });
  expect(await run()).toBe(0);
  now += 5_000;
  answer = (_, response) => void response.writeHead(200).end('thanks');
  await run();
  expect((await rows(id))[0]).toMatchObject({ httpStatus: 200, attempts: 2, deliveredAt: new Date(now) });
  expect(await db.webhook.findUnique({ where: { id } })).toMatchObject({ failingSince: null });
  expect(told[1]?.headers['webhook-id']).toBe(told[0]?.headers['webhook-id']);
  expect(told[1]?.body).toBe(told[0]?.body);
  expect(Number(told[1]?.headers['webhook-timestamp'])).toBe(noon / 1_000 + 5);
});

it('of an organization one thing is told at a time, by however many workers, and it keeps no other waiting', async () => {
  const quick = await newWebhook();
  await lift();
  organizationId = randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  const slow = [await newWebhook(), await newWebhook()];
  for (const limit of ['sl-1', 'sl-2', 'sl-3']) await lift(limit);
  const due = await db.webhookDelivery.findMany({
    where: { webhookId: { in: slow } },
    select: { id: true },
  });
  const held: ServerResponse[] = [];
  answer = (_, response) => void held.push(response);
  let ended = 0;
  const sent = due.map(async ({ id }) => {
    await sendDelivery(deps(), { deliveryId: id });
    ended += 1;
  });
  await expect.poll(() => ended, { timeout: 10_000 }).toBe(due.length - 1);
  expect(told).toHaveLength(1);
  for (const response of held) response.writeHead(204).end();
  await Promise.all(sent);
  answer = (_, response) => void response.writeHead(204).end();
  expect(await run()).toBe(2);
  expect((await rows(quick)).filter(({ deliveredAt }) => deliveredAt !== null)).toHaveLength(1);
});

it('whoever took the last time is told before whoever did not', async () => {
  const broken = await newWebhook();
  await db.webhook.update({ where: { id: broken }, data: { failingSince: new Date(now - 1) } });
  await lift();
  now += 1_000;
  const healthy = await newWebhook(undefined, address, ['payment.standing_changed']);
  const data = { standing: 'PAST_DUE', previous_standing: 'CURRENT', next_at: null };
  const event = { type: 'payment.standing_changed', data } as const;
  await db.$transaction((tx) => announce(tx, organizationId, event, now));
  await run();
  expect((await rows(healthy))[0]?.attempts).toBe(1);
  expect((await rows(broken)).map(({ attempts }) => attempts)).toEqual([0, 0]);
});

it('a secret that cannot be opened is a problem that its owner sees, and ends like any other', async () => {
  const id = await newWebhook();
  await db.webhookSecret.updateMany({
    where: { webhookId: id },
    data: { sealed: 'of another installation' },
  });
  await lift();
  await run();
  expect(told).toEqual([]);
  expect((await rows(id))[0]).toMatchObject({ attempts: 1, takenUntil: null });
  expect((await rows(id))[0]?.problem).toContain('Rotate them');
});

it('no redirect is followed, no silence waited out, and nothing of an answer is kept but its status', async () => {
  const id = await newWebhook();
  answer = (_, response) => void response.writeHead(302, { location: address }).end();
  await lift();
  await run();
  expect(told).toHaveLength(1);
  expect((await rows(id))[0]).toMatchObject({ problem: 'It answered with the status 302.' });
  answer = () => undefined;
  now += 5_000;
  const impatient = createGuardedFetch({ allowsLoopback: true, dnsServers: null, answerMsMax: 100 });
  await run(deps(impatient));
  await impatient.close();
  expect((await rows(id))[0]).toMatchObject({ httpStatus: null, problem: 'It did not answer in time.' });
  answer = (_, response) => {
    response.writeHead(400);
    response.end('something of whoever answers'.repeat(100_000));
  };
  now += 300_000;
  await run();
  expect(JSON.stringify(await rows(id))).not.toContain('something');
  expect((await rows(id))[0]).toMatchObject({ httpStatus: 400 });
  answer = (_, response) => void response.writeHead(200).end('x'.repeat(5_000_000));
  now += 1_800_000;
  await run();
  expect((await rows(id))[0]).toMatchObject({ httpStatus: 200, deliveredAt: new Date(now) });
});

it('nothing is sent into our own network, and its owner is told why', async () => {
  const guarded = createGuardedFetch({ allowsLoopback: false, dnsServers: null });
  const id = await newWebhook();
  const named = await newWebhook(undefined, address.replace('http:', 'https:'));
  await lift();
  while ((await run(deps(guarded))) > 0);
  expect(told).toEqual([]);
  expect((await rows(id))[0]?.problem).toContain('over https only');
  expect((await rows(named))[0]?.problem).toContain('private network');
  await guarded.close();
});

it('one that takes nothing for three days is switched off, and who pays is told once', async () => {
  const userId = randomUUID();
  const email = `${userId}@example.com`;
  await db.user.create({ data: { id: userId, name: 'Ada', email, emailVerified: true } });
  await db.member.create({ data: { organizationId, userId } });
  const role = {
    principalKind: 'User',
    principalId: userId,
    roleName: 'BillingAdmin',
    scope: 'organization',
  };
  const crnPattern = 'crn://weir/organization';
  await db.roleBinding.create({ data: { id: randomUUID(), organizationId, crnPattern, ...role } });
  const id = await newWebhook();
  answer = (_, response) => void response.writeHead(503).end();
  await lift('sl-1');
  await run();
  now += failingMsMax;
  await lift('sl-2');
  await run();
  const off = { isEnabled: false, disabledReason: 'FAILING' };
  expect(await db.webhook.findUnique({ where: { id } })).toMatchObject(off);
  expect((await rows(id)).map(({ dueAt, givenUpAt }) => [dueAt, givenUpAt !== null])).toEqual([
    [null, true],
    [null, true],
  ]);
  const mails = await db.mail.findMany({ where: { recipient: email } });
  expect(mails.map(({ kind, params }) => [kind, params])).toEqual([
    ['webhook-notice', { webhookId: id, reason: 'FAILING' }],
  ]);
  expect(await lift('sl-3')).toBe(0);
});

it('one that answers 410 is switched off at once', async () => {
  const id = await newWebhook();
  answer = (_, response) => void response.writeHead(410).end();
  await lift();
  await run();
  expect(await db.webhook.findUnique({ where: { id } })).toMatchObject({ disabledReason: 'GONE' });
  const events = await db.auditEvent.findMany({ where: { organizationId } });
  expect(events).toMatchObject([
    { action: 'webhook.disable', actorKind: 'System', resourceId: id, after: { disabled_reason: 'GONE' } },
  ]);
});

it('tells only what was asked for, and writes down what was too much to wait', async () => {
  const id = await newWebhook(undefined, address, ['payment.standing_changed']);
  expect(await lift()).toBe(0);
  const data = { standing: 'PAST_DUE', previous_standing: 'CURRENT', next_at: null };
  const row = { webhookId: id, organizationId, eventType: 'webhook.test', body: '', createdAt: new Date(0) };
  await db.webhookDelivery.createMany({
    data: Array.from({ length: waitingMax }, (_, at) => ({
      ...row,
      dueAt: new Date(now),
      id: `msg_${id}_${at}`,
    })),
  });
  const event = { type: 'payment.standing_changed', data } as const;
  for (let more = 0; more < 3; more += 1)
    await db.$transaction((tx) => announce(tx, organizationId, event, now));
  const given = await db.webhookDelivery.findMany({ where: { webhookId: id, dueAt: null } });
  expect(given).toHaveLength(1);
  expect(given[0]?.problem).toContain('500 wait');
});

it('an attempt that ended without a word is made again, and old rows go', async () => {
  const id = await newWebhook();
  await lift();
  const [row] = await rows(id);
  await db.webhookDelivery.updateMany({
    where: { webhookId: id },
    data: { takenUntil: new Date(now + 30_000), attempts: 1 },
  });
  expect(await run()).toBe(0);
  now += 30_001;
  expect(await run()).toBe(1);
  expect(told[0]?.headers['webhook-id']).toBe(row?.id);
  expect(await pruneDeliveries(db, now)).toBe(1);
});

it('of one webhook so many deliveries are kept, and none goes that still waits', async () => {
  const id = await newWebhook();
  const row = { webhookId: id, organizationId, eventType: 'webhook.test', body: '' };
  await db.webhookDelivery.create({
    data: { ...row, id: `msg_${id}_waits`, createdAt: new Date(now - 1), dueAt: new Date(now) },
  });
  await db.webhookDelivery.createMany({
    data: Array.from({ length: deliveriesKeptMax + 9 }, (_, at) => ({
      ...{ ...row, id: `msg_${id}_${at}`, createdAt: new Date(now + at), givenUpAt: new Date(now) },
    })),
  });
  expect(await pruneDeliveries(db, now - 1)).toBe(9);
  const kept = await rows(id);
  expect(kept.map((each) => each.id).slice(0, 2)).toEqual([`msg_${id}_waits`, `msg_${id}_9`]);
});
