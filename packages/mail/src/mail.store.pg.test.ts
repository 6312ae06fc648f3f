import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailKinds, strangersDayMax } from './kinds.ts';
import { linkToken } from './link-token.ts';
import {
  askForMail,
  findDueMails,
  giveUpMail,
  markSent,
  markTried,
  takeMail,
  useLink,
} from './mail.store.ts';

const authSecret = 'a secret for tests that is long enough';
const hourMs = 3_600_000;
let database: TestDatabase;
let db: ControlDb;
let now = Date.parse('2026-01-01T10:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const newAddress = () => `${crypto.randomUUID()}@example.com`;
const ask = (recipient: string, kind: 'verify-address' | 'account-exists' = 'verify-address') =>
  db.$transaction((tx) => askForMail(tx, { recipient, userId: null, content: { kind, params: {} } }, now));
const askedFor = async (recipient: string) => {
  await ask(recipient);
  const { id } = await db.mail.findFirstOrThrow({ where: { recipient } });
  return { id, token: linkToken(authSecret, 'verify-address', id) };
};
const use = (token: string, at = now) =>
  db.$transaction((tx) => useLink(tx, { token, kinds: ['verify-address'], authSecret }, at));

it('gives an address its share of a kind within an hour, however it is written and however many ask at once', async () => {
  const recipient = newAddress();
  const asked = await Promise.all(
    Array.from({ length: 12 }, (_, at) => ask(at % 2 ? recipient : recipient.toUpperCase())),
  );
  expect(asked.filter(Boolean)).toHaveLength(mailKinds['verify-address'].hourMax);
  expect(await ask(newAddress())).toBe(true);
});

it('sends no address more in a day than its share of all that strangers can cause', async () => {
  const recipient = newAddress();
  const began = now;
  let sent = 0;
  for (let hour = 0; hour < 23; hour++, now += hourMs) {
    for (const kind of ['verify-address', 'account-exists'] as const)
      if (await ask(recipient, kind)) sent += 1;
  }
  expect(sent).toBe(strangersDayMax);
  now = began + 25 * hourMs;
  expect(await ask(recipient)).toBe(true);
});

it('lets one of many at once have a mail, and finds it again when that one was not heard of', async () => {
  const { id } = await askedFor(newAddress());
  const taken = await Promise.all(Array.from({ length: 8 }, () => takeMail(db, id, now)));
  expect(taken.filter((mail) => mail !== null)).toHaveLength(1);
  expect(await findDueMails(db, now, 1000)).not.toContain(id);
  now += 61_000;
  expect(await findDueMails(db, now, 1000)).toContain(id);
  expect((await takeMail(db, id, now))?.attempts).toBe(2);
});

it('comes back later each time it failed, and never again once it was sent or given up', async () => {
  const { id } = await askedFor(newAddress());
  const pauses: number[] = [];
  for (let attempts = 1; attempts <= 10; attempts++) {
    await markTried(db, { id, attempts }, new Error('away'), now);
    const { dueAt } = await db.mail.findUniqueOrThrow({ where: { id } });
    pauses.push(dueAt.getTime() - now);
  }
  expect(pauses).toEqual(pauses.toSorted((left, right) => left - right));
  expect(pauses.at(-1)).toBe(300_000);
  await markSent(db, id, now);
  await giveUpMail(db, id, 'too late', now);
  expect(await takeMail(db, id, now + hourMs)).toBeNull();
  expect((await db.mail.findUniqueOrThrow({ where: { id } })).givenUpAt).toBeNull();
});

it('a link works once, also for many at once', async () => {
  const { token } = await askedFor(newAddress());
  const used = await Promise.all(Array.from({ length: 8 }, () => use(token)));
  expect(used.filter((mail) => mail !== null)).toHaveLength(1);
  expect(await use(token)).toBeNull();
});

it('a link works within its time, for its kind, as it was made, and not of a mail that was given up', async () => {
  const late = await askedFor(newAddress());
  expect(await use(late.token, now + mailKinds['verify-address'].lifetimeMs)).toBeNull();
  expect(await use(late.token.slice(0, -2))).toBeNull();
  expect(await use(linkToken(`${authSecret}.`, 'verify-address', late.id))).toBeNull();
  expect(await use(linkToken(authSecret, 'verify-address', crypto.randomUUID()))).toBeNull();
  const ofOther = { token: late.token, kinds: ['account-exists'] as const, authSecret };
  expect(await db.$transaction((tx) => useLink(tx, ofOther, now))).toBeNull();
  expect(await use(late.token)).not.toBeNull();
  const dropped = await askedFor(newAddress());
  await giveUpMail(db, dropped.id, 'nobody', now);
  expect(await use(dropped.token)).toBeNull();
});

it('keeps neither link nor text', async () => {
  const { id, token } = await askedFor(newAddress());
  const row = JSON.stringify(await db.mail.findUniqueOrThrow({ where: { id } }));
  expect(row).not.toContain(token.split('.')[1]);
});
