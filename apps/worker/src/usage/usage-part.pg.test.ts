import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dropPart, findParts, makeDays } from './usage-part.store.ts';

let database: TestDatabase;
let db: ControlDb;
/** Another process. */
let others: ControlDb;
beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  [db, others] = [openControl({ url: database.url }), openControl({ url: database.url })];
});
afterAll(async () => {
  await Promise.all([db.$disconnect(), others.$disconnect()]);
  await database.drop();
});

const day = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-02-01T00:00:00Z');
const tablesOfDay = () => others.$queryRaw<{ name: string; isPending: boolean }[]>`
  SELECT part.relname AS name, i.inhdetachpending AS "isPending"
    FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid
   WHERE part.relname LIKE 'usage%\\_20260101' ORDER BY 1`;

it('a part whose removal was cut short goes at the next run, and keeps no window of another day out meanwhile', async () => {
  await makeDays(db, [day]);
  expect((await tablesOfDay()).map(({ isPending }) => isPending)).toEqual([false, false, false]);
  const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  // Who reads the ledger is waited for in the middle of it.
  const reader = others.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT count(*) FROM usage_ledger`;
    read();
    await mayEnd;
  });
  await isRead;
  const cutShort = expect(dropPart(db, { grain: 'day', since: day })).rejects.toThrow(/terminat/);
  await expect.poll(tablesOfDay).toContainEqual({ name: 'usage_ledger_20260101', isPending: true });
  await others.$executeRaw`
    SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE%usage_ledger_20260101%CONCURRENTLY'`;
  await cutShort;
  end();
  await reader;
  expect(await tablesOfDay()).toContainEqual({ name: 'usage_ledger_20260101', isPending: true });

  await makeDays(db, [later]);
  expect(await findParts(db, 'day', later)).toContainEqual({ grain: 'day', since: day });
  await dropPart(db, { grain: 'day', since: day });
  expect(await tablesOfDay()).toEqual([]);
  expect(await findParts(db, 'day', later)).not.toContainEqual({ grain: 'day', since: day });
});
