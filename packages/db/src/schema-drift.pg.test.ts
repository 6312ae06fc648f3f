import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from './apply-migrations.ts';
import { readDatamodel, schemaDirectory, toDatamodel, toEnginePairs } from './datamodel.ts';
import { withSchemaEngine } from './schema-engine.ts';

// A migration is completed by hand, and nothing but this test would notice that the schema says otherwise.

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

/** Makes the tables as the store's *.prisma files have them, in a Postgres schema of that name. */
const makeFromDatamodel = async (store: string, schema: string): Promise<void> => {
  const files = await readDatamodel(store);
  const { stdout } = await withSchemaEngine(database.url, 'public', toEnginePairs(files), (engine) =>
    engine.diff({
      from: { tag: 'empty' },
      to: toDatamodel(files),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  await client.query(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}; ${stdout ?? ''}`);
  await client.query('RESET search_path');
};

/** Columns, indexes and keys as text. Partial indexes are left out: the schema language has none. */
const describeTables = async (schema: string): Promise<readonly string[]> => {
  const { rows } = await client.query<{ line: string }>(
    `SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
            || ' ' || coalesce(column_default, '') AS line
     FROM information_schema.columns WHERE table_schema = $1 AND table_name <> '_prisma_migrations'
     UNION ALL
     SELECT replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes WHERE schemaname = $1 AND tablename <> '_prisma_migrations'
       AND indexdef NOT LIKE '% WHERE %'
     UNION ALL
     SELECT 'key ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
     FROM pg_constraint WHERE connamespace = $1::regnamespace AND contype = 'f'`,
    [schema],
  );
  return rows.map((row) => row.line.replaceAll(`${schema}.`, '').replaceAll(`"${schema}".`, '')).toSorted();
};

it.each(['control', 'cell'])('the migrations of %s make what its schema says', async (store) => {
  const [migrated, modelled] = [`${store}_migrated`, `${store}_modelled`];
  const migrationsDir = `${schemaDirectory(store)}migrations`;
  await applyMigrations({ url: database.url, schema: migrated, migrationsDir });
  await makeFromDatamodel(store, modelled);
  const expected = await describeTables(modelled);
  expect(expected.length).toBeGreaterThan(20);
  expect(await describeTables(migrated)).toEqual(expected);
});
