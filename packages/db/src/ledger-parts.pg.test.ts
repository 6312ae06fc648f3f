import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from './apply-migrations.ts';
import { schemaDirectory } from './datamodel.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('a ledger of before it was kept by the day keeps every row, and what is derived of it is whole', async () => {
  const migrations = join(schemaDirectory('control'), 'migrations');
  const migrationsDir = await mkdtemp(join(tmpdir(), 'weir-control-before-'));
  for (const name of await readdir(migrations)) {
    if (!/^\d+_/.test(name) || name >= '20261123062001') continue;
    await cp(join(migrations, name), join(migrationsDir, name), { recursive: true });
  }
  await applyMigrations({ url: database.url, schema: 'public', migrationsDir });
  await client.query(`
    INSERT INTO cluster_terms (cluster_id, at, kind, units) VALUES
      ('lkc-1', '2026-10-01Z', 'Basic', 0), ('lkc-1', '2026-10-31T23:59:50Z', 'Standard', 0);
    INSERT INTO usage_windows (broker_id, boot_epoch, window_start, window_end)
    SELECT broker, 1, at, at + interval '10 seconds' FROM generate_series(1, 2) broker,
           generate_series('2026-10-31T23:59:00Z'::timestamptz, '2026-11-01T00:00:50Z', '10 seconds') at;
    INSERT INTO usage_ledger (broker_id, boot_epoch, window_start, cluster_id, principal, key_id, topic, meter, quantity)
    SELECT broker_id, 1, window_start, 'lkc-1', 'User:u-1', '', CASE meter WHEN 'bytes_in' THEN 't' ELSE '' END, meter, 7
      FROM usage_windows, unnest(ARRAY['bytes_in', 'requests', 'connections_peak']) AS meter`);
  await applyMigrations({ url: database.url, schema: 'public', migrationsDir: migrations });
  await rm(migrationsDir, { recursive: true });
  const countOf = async (table: string) =>
    (await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)).rows[0]?.count;
  expect([await countOf('usage_windows'), await countOf('usage_ledger')]).toEqual([24, 72]);
  expect(await countOf('usage_ledger_20261031')).toBe(36);
  const hours = await client.query({
    text: `SELECT hour AT TIME ZONE 'UTC' = '2026-11-01' AS next, kind, meter, quantity::int FROM usage_cluster_hours ORDER BY 1, 2, 3`,
    rowMode: 'array',
  });
  expect(hours.rows).toEqual([
    [false, 'Basic', 'bytes_in', 84],
    [false, 'Basic', 'connections_peak', 14],
    [false, 'Basic', 'requests', 84],
    [true, 'Standard', 'bytes_in', 84],
    [true, 'Standard', 'connections_peak', 14],
    [true, 'Standard', 'requests', 84],
  ]);
  const days = await client.query(`SELECT sum(quantity)::int AS sum FROM usage_days`);
  expect(days.rows).toEqual([{ sum: 336 }]);
  await expect(client.query('DELETE FROM usage_ledger_20261031')).rejects.toThrow(/append-only/);
});
