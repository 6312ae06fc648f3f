import { connect } from 'node:net';
import { join } from 'node:path';
import { applyMigrations } from '@weir/db/apply-migrations';
import pg from 'pg';
import { root } from '../root.ts';
import { StartError } from './settings.ts';

/** The Postgres schemas of the two stores: they may lie in one database, and share nothing. */
export const controlSchema = 'control';
export const cellSchema = 'cell_local';

const reachMsMax = 8000;

/** Without name and password. */
function hostAndPort(url: string, defaultPort: number): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) };
}

/** Throws StartError that names host and port, never the password, within ten seconds. */
export async function checkPostgresReachable(url: string): Promise<void> {
  const { host, port } = hostAndPort(url, 5432);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: reachMsMax,
    query_timeout: reachMsMax,
  });
  client.on('error', () => undefined); // The rejection below carries it.
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (cause) {
    throw new StartError(
      `DATABASE_URL: Postgres at ${host}:${port} cannot be used (${reasonOf(cause)}). Start it, correct the variable, or unset it to run the database that Weir brings.`,
    );
  } finally {
    // A client that never connected has nothing to end.
    await client.end().catch(() => undefined);
  }
}

/** The same for Redis: that something accepts connections there. */
export async function checkRedisReachable(url: string): Promise<void> {
  const { host, port } = hostAndPort(url, 6379);
  const problem = await new Promise<string | null>((resolve) => {
    const socket = connect({ host, port, timeout: reachMsMax });
    const finish = (answer: string | null) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(null));
    socket.once('error', (error) => finish(reasonOf(error)));
    socket.once('timeout', () => finish(`no answer within ${reachMsMax / 1000} s`));
  });
  if (problem === null) return;
  throw new StartError(
    `REDIS_URL: Redis at ${host}:${port} cannot be used (${problem}). Start it, correct the variable, or unset it to run the server that Weir brings.`,
  );
}

function reasonOf(cause: unknown): string {
  // Errors of Node and of the driver have these, and what has neither falls through below.
  const { code, message } = cause as { code?: string; message?: string };
  // An error about several addresses has no message of its own.
  return message === undefined || message === '' ? (code ?? 'unknown reason') : message;
}

/** The URL of one store: the database with the schema named as in Prisma's URLs. */
export function withSchema(url: string, schema: string): string {
  const target = new URL(url);
  target.searchParams.set('schema', schema);
  return target.href;
}

/** Brings both stores up to date. Returns how many migrations were applied. */
export async function migrateStores(url: string): Promise<number> {
  const bare = new URL(url);
  bare.searchParams.delete('schema');
  const stores = [
    ['control', controlSchema],
    ['cell', cellSchema],
  ] as const;
  let applied = 0;
  for (const [name, schema] of stores) {
    const migrationsDir = join(root, 'prisma', name, 'migrations');
    applied += (await applyMigrations({ url: bare.href, schema, migrationsDir })).length;
  }
  return applied;
}
