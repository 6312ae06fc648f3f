import './provided.ts';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Model, modelDatabase, urlOf } from './model-database.ts';

/** An empty database for one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Ends what is still connected and removes the database. */
  drop(): Promise<void>;
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 20_000,
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Needs the set-up postgres-for-tests.ts, which every `*.pg.test.ts` has. Call `drop` in `afterAll`. */
export async function createTestDatabase(model: Model | null = null): Promise<TestDatabase> {
  const serverUrl = inject('databaseUrl');
  const name = `weir_test_${randomBytes(6).toString('hex')}`;
  const template =
    model === null ? 'template0' : await modelDatabase(serverUrl, inject('modelPrefix'), model);
  await run(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: urlOf(serverUrl, name),
    drop: () => run(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
