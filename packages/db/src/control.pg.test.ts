import { readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations, MigrationError } from './apply-migrations.ts';
import { type ControlDb, isUnavailable, isUniqueViolation, migrateControl, openControl } from './control.ts';

let database: TestDatabase;
let db: ControlDb;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openControl({ url: database.url });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const at = new Date(0);
const mail = { id: 'm1', recipient: 'a@b.c', kind: 'k', params: {}, dueAt: at, expiresAt: at };

it('migrates once, however many processes ask at the same time', async () => {
  const applied = await Promise.all([1, 2, 3].map(() => migrateControl(database.url)));
  const written = await readdir(new URL('../../../prisma/control/migrations', import.meta.url));
  expect(applied.flat()).toEqual(written.toSorted());
  expect(await migrateControl(database.url)).toEqual([]);
});

it('keeps to the schema that the URL names', async () => {
  const url = `${database.url}?schema=other`;
  await migrateControl(url);
  const other = openControl({ url });
  await other.mail.create({ data: mail });
  expect(await other.mail.count()).toBe(1);
  expect(await db.mail.count()).toBe(0);
  await other.$disconnect();
});

it('tells a repeated row from every other failure', async () => {
  await db.mail.create({ data: mail });
  const repeated = await db.mail.create({ data: mail }).catch((cause: unknown) => cause);
  expect(isUniqueViolation(repeated)).toBe(true);
  expect(isUniqueViolation(new Error('other'))).toBe(false);
});

/** Stands before the database, and can fall silent without closing anything. */
const openSilenceable = async () => {
  const target = new URL(database.url);
  let silent = false;
  const sockets: { destroy(): unknown }[] = [];
  const server = createServer((incoming) => {
    const outgoing = connect({ host: target.hostname, port: Number(target.port) });
    sockets.push(incoming, outgoing);
    incoming.on('error', () => outgoing.destroy()).on('close', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy()).on('close', () => incoming.destroy());
    incoming.on('data', (bytes) => silent || outgoing.write(bytes));
    outgoing.on('data', (bytes) => silent || incoming.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(database.url);
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    fallSilent: () => {
      silent = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

it('tells a server that does not answer in time from every other failure', async () => {
  const server = await openSilenceable();
  const impatient = openControl({ url: server.url, connectMsMax: 300, statementMsMax: 300 });
  const failureOf = (work: Promise<unknown>) => work.catch((cause: unknown) => cause);
  const slow = await failureOf(impatient.$queryRaw`SELECT pg_sleep(5)`);
  server.fallSilent();
  const unanswered = await failureOf(impatient.mail.count());
  const unconnected = await failureOf(impatient.mail.count());
  expect([slow, unanswered, unconnected].map((failure) => isUnavailable(failure))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isUnavailable(await failureOf(db.$queryRaw`SELECT nonsense`))).toBe(false);
  expect(isUnavailable(new Error('other'))).toBe(false);
  server.close();
  await impatient.$disconnect();
});

it('never lets a row of the ledger be changed or removed', async () => {
  const row = {
    brokerId: 1,
    bootEpoch: 1,
    windowStart: new Date(0),
    clusterId: 'lkc-1',
    principal: 'User:u-1',
    topic: '',
    meter: 'requests',
    quantity: 1n,
  };
  await db.$executeRaw`SELECT make_usage_day(${row.windowStart}::timestamptz)::text`;
  await db.usageLedger.create({ data: row });
  await expect(db.usageLedger.updateMany({ data: { quantity: 2n } })).rejects.toThrow(/append-only/);
  await expect(db.usageLedger.deleteMany()).rejects.toThrow(/append-only/);
  expect(await db.usageLedger.count()).toBe(1);
});

it('says which schema could not be migrated, and why', async () => {
  const unreachable = { url: 'postgres://127.0.0.1:1/x', schema: 'control', migrationsDir: '/nowhere' };
  const failure = await applyMigrations(unreachable).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(MigrationError);
  expect(failure).toMatchObject({ message: expect.stringContaining('control'), cause: expect.any(Error) });
});
