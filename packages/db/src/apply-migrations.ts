import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import { reach } from '@weir/postgres/reach';
import type pg from 'pg';
import { withSchemaEngine } from './schema-engine.ts';

export interface ApplyMigrationsOptions {
  /** Of the server and database. */
  readonly url: string;
  /** The Postgres schema; made if it is missing. Lower case letters, digits and `_`. */
  readonly schema: string;
  /** Absolute path of a folder of `<number>_<name>/migration.sql`, as Prisma lays them out. */
  readonly migrationsDir: string;
}

/** A migration that failed, or a database that cannot be reached; the cause says which. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const connectMsMax = 10_000;
const statementMsMax = 60_000;
/** The engine wants a datamodel, though applying finished SQL does not depend on it. */
const emptyDatamodel: [string, string] = ['schema.prisma', 'datasource db { provider = "postgresql" }'];
/** Any number that nothing else in this database locks; the second key is the schema's name. */
const lockSpace = 7_391_034;

/**
 * Brings a Postgres schema up to date, as `prisma migrate deploy` does and with Prisma's own records
 * (`_prisma_migrations`). Safe to call from several processes at once: one works, the others wait for it.
 * Returns the names of the migrations that it applied. Throws MigrationError.
 */
export const applyMigrations = async (options: ApplyMigrationsOptions): Promise<readonly string[]> => {
  const { url, schema, migrationsDir } = options;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new MigrationError(`not a name for a schema: ${schema}`);

  const { connectionString, Client } = reach(url);
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: connectMsMax,
    query_timeout: statementMsMax,
  });
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [lockSpace, schema]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    const migrationsList = await readMigrations(migrationsDir);
    if (await isUpToDate(client, schema, migrationsList)) return [];
    const filters = { externalTables: [], externalEnums: [] };
    return await withSchemaEngine(url, schema, [emptyDatamodel], async (engine) => {
      return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`could not migrate the schema ${schema}: ${reason}`, { cause });
  } finally {
    // Ends the session and with it the lock.
    await client.end();
  }
};

/**
 * A look before loading the engine, which takes longer than the rest of a start: nothing is to be done
 * when every migration there is has been finished. What has failed is the engine's to explain.
 */
const isUpToDate = async (client: pg.Client, schema: string, migrations: MigrationList): Promise<boolean> => {
  const table = await client.query('SELECT to_regclass($1) AS found', [`"${schema}"._prisma_migrations`]);
  if (table.rows[0]?.found === null) return false;
  const finished = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM "${schema}"._prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  const names = new Set(finished.rows.map((row) => row.name));
  return migrations.migrationDirectories.every((directory) => names.has(directory.path));
};

export const readMigrations = async (directory: string): Promise<MigrationList> => {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.toSorted().map(async (path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: await readFile(join(directory, path, 'migration.sql'), 'utf8'),
        },
      },
    })),
  );
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' };
  return { baseDir: directory, lockfile, shadowDbInitScript: '', migrationDirectories };
};
