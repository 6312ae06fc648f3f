import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { smtpTransport } from '../mail/mail-transport.ts';
import { sendMail } from '../mail/send-mail.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { startTestSmtp, type TestSmtp } from '../testing/smtp-for-tests.ts';
import { tellExpiringKeys } from './tell-expiring-keys.ts';

const dayMs = 86_400_000;
const beganMs = Date.parse('2026-01-01T10:00:00Z');

let database: TestDatabase;
let db: ControlDb;
let smtp: TestSmtp;
let deps: WorkerDeps;
let now = beganMs;
let organizationId = '';

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  smtp = await startTestSmtp();
  const transport = smtpTransport(smtp.url, 'Weir <no-reply@weir.example.com>');
  deps = {
    db,
    cells: createCells({}),
    clock: { now: () => now },
    logger: createLogger('worker', 'silent'),
    metrics: new WorkerMetrics(),
    issuedBy: [],
    brokerHost: 'localhost',
    findTxtRecords: noDns,
    brokers: noBrokers,
    outside: nobodyOutside,
    payments: null,
    mail: {
      transport,
      consoleUrl: 'https://console.example.com',
      authSecret: 'a secret that is long enough',
    },
  };
});
afterAll(async () => {
  deps.mail.transport.close();
  await smtp.stop();
  await db.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  now = beganMs;
  organizationId = crypto.randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
});

const member = async (emailVerified = true) => {
  const id = crypto.randomUUID();
  const email = `${id}@example.com`;
  await db.user.create({ data: { id, name: 'Ada', email, emailVerified } });
  await db.member.create({ data: { organizationId, userId: id } });
  const everywhere = { crnPattern: 'crn://weir/organization', scope: 'organization' };
  const role = { principalKind: 'User', principalId: id, roleName: 'OrganizationAdmin', ...everywhere };
  await db.roleBinding.create({ data: { id: crypto.randomUUID(), organizationId, ...role } });
  return { id, email };
};
const addKey = async (ownerKind: string, ownerId: string, change: object = {}) => {
  const id = crypto.randomUUID();
  const [expiresAt, noticeAt] = [new Date(beganMs + 30 * dayMs), new Date(beganMs + 23 * dayMs)];
  const key = { id, organizationId, displayName: 'a name', description: '', ownerKind, ownerId };
  await db.apiKey.create({ data: { ...key, expiresAt, noticeAt, ...change } });
  return id;
};
const toldOf = async (keyId: string) => {
  const mails = await db.mail.findMany({ where: { kind: 'key-notice' }, orderBy: { recipient: 'asc' } });
  return mails.filter(({ params }) => JSON.stringify(params).includes(keyId));
};

it('tells the person whose key it is a week before, once, of however many workers', async () => {
  const [owner] = [await member(), await member()];
  const key = await addKey('User', owner.id);
  now = beganMs + 23 * dayMs - 1;
  await tellExpiringKeys(deps);
  expect(await toldOf(key)).toEqual([]);
  now += 1;
  await Promise.all(Array.from({ length: 5 }, () => tellExpiringKeys(deps)));
  now += dayMs;
  await tellExpiringKeys(deps);
  const mails = await toldOf(key);
  expect(mails.map(({ recipient }) => recipient)).toEqual([owner.email]);
  const [mail] = mails;
  await sendMail(deps, { mailId: mail?.id ?? '' });
  const letter = smtp.letters.find(({ to }) => to.includes(owner.email));
  const text = letter?.source.replaceAll('=\r\n', '') ?? '';
  expect(text).toContain(key);
  expect(text).toContain('2026-01-31 10:00 UTC');
  expect(text).toContain('https://console.example.com/keys');
});

it('tells the administrators of a service account’s key, at addresses that are confirmed', async () => {
  const [first, second] = [await member(), await member()];
  await member(false);
  const key = await addKey('ServiceAccount', 'sa-1');
  now = beganMs + 24 * dayMs;
  await tellExpiringKeys(deps);
  const recipients = (await toldOf(key)).map(({ recipient }) => recipient);
  expect(recipients).toEqual([first.email, second.email].toSorted());
});

it('tells nobody of a key that was revoked meanwhile, or that has expired when it could have', async () => {
  const owner = await member();
  const revoked = await addKey('User', owner.id, { revokedAt: new Date(beganMs) });
  const late = await addKey('User', owner.id);
  const meanwhile = await addKey('User', owner.id, { noticeAt: new Date(beganMs) });
  await tellExpiringKeys(deps);
  await db.apiKey.update({ where: { id: meanwhile }, data: { revokedAt: new Date(now) } });
  const [mail] = await toldOf(meanwhile);
  await sendMail(deps, { mailId: mail?.id ?? '' });
  expect(smtp.letters.filter(({ to }) => to.includes(owner.email))).toEqual([]);
  now = beganMs + 30 * dayMs;
  await tellExpiringKeys(deps);
  expect([await toldOf(revoked), await toldOf(late)]).toEqual([[], []]);
  expect(await db.apiKey.count({ where: { noticeAt: { lte: new Date(now) } } })).toBe(0);
});
