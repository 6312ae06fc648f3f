import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { linkToken } from '@weir/mail/link-token';
import { askForMail } from '@weir/mail/mail.store';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { startTestSmtp, type TestSmtp } from '../testing/smtp-for-tests.ts';
import { smtpTransport } from './mail-transport.ts';
import { sendMail } from './send-mail.ts';

const authSecret = 'a secret for tests that is long enough';
const consoleUrl = 'https://console.example.com';
let database: TestDatabase;
let db: ControlDb;
let smtp: TestSmtp;
let deps: WorkerDeps;
let now = Date.parse('2026-01-01T10:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  smtp = await startTestSmtp();
  const logger = createLogger('worker', 'silent');
  const transport = smtpTransport(smtp.url, 'Weir <no-reply@weir.example.com>');
  const mail = { transport, consoleUrl, authSecret };
  const clock = { now: () => now };
  deps = {
    db,
    cells: createCells({}),
    clock,
    logger,
    metrics: new WorkerMetrics(),
    mail,
    issuedBy: [],
    brokerHost: 'localhost',
    findTxtRecords: noDns,
    brokers: noBrokers,
    outside: nobodyOutside,
    payments: null,
  };
});
afterEach(async () => {
  deps.mail.transport.close();
  await smtp.stop();
});

/** A person who has signed up, and the mail that she is to get. */
const askToVerify = async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await db.user.create({ data: { id: crypto.randomUUID(), name: 'Ada', email } });
  const content = { kind: 'verify-address', params: {} } as const;
  await db.$transaction((tx) => askForMail(tx, { recipient: email, userId: user.id, content }, now));
  const { id } = await db.mail.findFirstOrThrow({ where: { recipient: email } });
  return { email, mailId: id, userId: user.id };
};
const rowOf = (id: string) => db.mail.findUniqueOrThrow({ where: { id } });

it('sends plain text and HTML with the same link, from the address of the settings', async () => {
  const { email, mailId } = await askToVerify();
  await sendMail(deps, { mailId });
  const [letter, ...more] = smtp.letters;
  expect(more).toEqual([]);
  expect(letter?.to).toEqual([email]);
  const { source = '' } = letter ?? {};
  expect(source).toContain('From: Weir <no-reply@weir.example.com>');
  expect(source).toContain(`Message-ID: <${mailId}@weir.example.com>`);
  expect(source).toContain('Content-Type: text/plain');
  expect(source).toContain('Content-Type: text/html');
  const link = `${consoleUrl}/verify-email#${linkToken(authSecret, 'verify-address', mailId)}`;
  // Quoted-printable (RFC 2045) breaks lines with a = and writes a = as =3D.
  const decoded = source.replaceAll('=\r\n', '').replaceAll('=3D', '=');
  expect(decoded.split(link)).toHaveLength(3);
  expect((await rowOf(mailId)).sentAt).not.toBeNull();
});

it('sends a mail once, however often its job comes', async () => {
  const { mailId } = await askToVerify();
  await Promise.all(Array.from({ length: 5 }, () => sendMail(deps, { mailId })));
  await sendMail(deps, { mailId });
  expect(smtp.letters).toHaveLength(1);
});

describe('a mail server', () => {
  it('that was away gets the mail when it is back, with the same link', async () => {
    const { mailId } = await askToVerify();
    await smtp.stop();
    await sendMail(deps, { mailId });
    expect(await rowOf(mailId)).toMatchObject({ sentAt: null, givenUpAt: null, attempts: 1 });
    smtp = await startTestSmtp({ port: smtp.port });
    now += 10_000;
    await sendMail(deps, { mailId });
    expect(smtp.letters[0]?.source).toContain(mailId);
    expect((await rowOf(mailId)).sentAt).not.toBeNull();
  });

  it('that says “later” is asked again, and one that says “never” is not', async () => {
    const later = await askToVerify();
    smtp.refuseWith(451);
    await sendMail(deps, { mailId: later.mailId });
    expect((await rowOf(later.mailId)).givenUpAt).toBeNull();
    smtp.refuseWith(550);
    now += 10_000;
    await sendMail(deps, { mailId: later.mailId });
    expect(await rowOf(later.mailId)).toMatchObject({ sentAt: null, givenUpAt: new Date(now) });
    expect((await rowOf(later.mailId)).lastError).toContain('for good');
    smtp.refuseWith(null);
    now += 3_600_000;
    await sendMail(deps, { mailId: later.mailId });
    expect(smtp.letters).toEqual([]);
  });

  it('gets no password unencrypted, unless it is on this machine', async () => {
    const { mailId } = await askToVerify();
    const sendBy = async (host: string) => {
      const transport = smtpTransport(`smtp://me:hunter2@${host}:${smtp.port}`, 'no-reply@weir.example.com');
      await sendMail({ ...deps, mail: { ...deps.mail, transport } }, { mailId });
      transport.close();
    };
    // An address of this machine that does not look like one.
    await sendBy('0.0.0.0');
    expect(smtp.heard.join()).not.toContain('AUTH PLAIN');
    expect(smtp.letters).toEqual([]);
    expect((await rowOf(mailId)).givenUpAt).toBeNull();
    now += 60_000;
    await sendBy('127.0.0.1');
    expect(smtp.heard.join()).toContain('AUTH PLAIN');
    expect(smtp.letters).toHaveLength(1);
  });
});

it('a mail whose time has passed is given up with its reason', async () => {
  const { mailId } = await askToVerify();
  now += 25 * 3_600_000;
  await sendMail(deps, { mailId });
  expect(await rowOf(mailId)).toMatchObject({ sentAt: null, lastError: 'its time has passed' });
  expect(smtp.letters).toEqual([]);
});

it('an address that is nobody’s, somebody else’s, or confirmed by now gets nothing', async () => {
  const [gone, other, confirmed] = [await askToVerify(), await askToVerify(), await askToVerify()];
  await db.user.delete({ where: { id: gone.userId } });
  await db.user.update({ where: { id: other.userId }, data: { email: `x${other.email}` } });
  await db.user.update({ where: { id: confirmed.userId }, data: { emailVerified: true } });
  for (const { mailId } of [gone, other, confirmed]) {
    await sendMail(deps, { mailId });
    expect((await rowOf(mailId)).givenUpAt).not.toBeNull();
  }
  expect(smtp.letters).toEqual([]);
});
