import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { applyMigrations } from '@weir/db/apply-migrations';
import { reach } from '@weir/postgres/reach';
import { Redis } from 'ioredis';
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
  const { connectionString, Client } = reach(url);
  const client = new Client({
    connectionString,
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

/**
 * The same for Redis: that one answers there and takes the password. Returns what its owner should know, or
 * null; managed servers that do not tell their settings are taken as they are.
 */
export async function checkRedisReachable(url: string): Promise<string | null> {
  const { host, port } = hostAndPort(url, 6379);
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: reachMsMax,
    commandTimeout: reachMsMax,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // What is wrong comes as an event; the calls only tell that the connection is closed.
  const failed = new Promise<never>((_, reject) => client.on('error', reject));
  const timer = new AbortController();
  const late = delay(reachMsMax, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${reachMsMax / 1000} s, so it may be no Redis`);
  });
  try {
    const connected = client.connect().catch(() => failed);
    await Promise.race([connected.then(() => client.ping()), failed, late]);
    return await evictionWarning(client, `${host}:${port}`);
  } catch (cause) {
    throw new StartError(
      `REDIS_URL: Redis at ${host}:${port} cannot be used (${redisReason(cause)}). Start it, correct the variable, or unset it to run the server that Weir brings.`,
    );
  } finally {
    timer.abort();
    late.catch(() => undefined); // Nobody waits for it any more.
    client.disconnect();
  }
}

/** BullMQ's queues are lost entry by entry where Redis evicts. */
async function evictionWarning(client: Redis, where: string): Promise<string | null> {
  // Hosted servers refuse CONFIG, and have a page for it.
  const settings = await client.config('GET', 'maxmemory-policy').catch(() => []);
  const policy = Array.isArray(settings) ? settings[1] : undefined;
  if (typeof policy !== 'string' || policy === 'noeviction') return null;
  return `! Redis at ${where} has maxmemory-policy ${policy}, so it may drop queued work: set it to noeviction.`;
}

/** Errors of ioredis hold the command that failed, so only their message is read. */
function redisReason(cause: unknown): string {
  const reason = reasonOf(cause);
  if (/WRONGPASS|NOAUTH|invalid password|AUTH .*without any password/i.test(reason)) {
    return `it refuses the name or password: ${reason}`;
  }
  if (/Protocol error|RESP type|WRONG_VERSION_NUMBER|SSL/i.test(reason)) {
    return `what answers there does not speak ${/SSL|VERSION/.test(reason) ? 'TLS' : 'Redis'}`;
  }
  return reason;
}

function reasonOf(cause: unknown): string {
  // Errors of Node and of the driver have these, and what has neither falls through below.
  const { code, message } = cause as { code?: string; message?: string };
  // An error about several addresses has no message of its own.
  return message === undefined || message === '' ? (code ?? 'unknown reason') : message;
}

/** Of the database alone, as those want it who name the schema themselves. */
export function bareUrl(url: string): string {
  const bare = new URL(url);
  bare.searchParams.delete('schema');
  return bare.href;
}

/** The URL of one store: the database with the schema named as in Prisma's URLs. */
export function withSchema(url: string, schema: string): string {
  const target = new URL(url);
  target.searchParams.set('schema', schema);
  return target.href;
}

/** What an earlier start has left to be said. */
export interface CellAtStart {
  /** Brokers that are not started, and hold something, in order. */
  readonly away: readonly number[];
  /** Brokers that are started, and on which nothing is placed. */
  readonly cordoned: readonly number[];
  /** Partitions that have fewer replicas than those of a new topic would. */
  readonly thin: number;
}

/** Of a cell of which the first `started` brokers are started, and would give a new topic as many `replicas`. */
export async function cellAtStart(url: string, started: number, replicas: number): Promise<CellAtStart> {
  const bare = new URL(url);
  bare.searchParams.delete('schema');
  const { connectionString, Client } = reach(bare.href);
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: reachMsMax,
    query_timeout: reachMsMax,
  });
  client.on('error', () => undefined); // The rejection below carries it.
  try {
    await client.connect();
    const { rows } = await client.query<CellAtStart>(
      `SELECT
         ARRAY(SELECT broker_id FROM ${cellSchema}.brokers WHERE broker_id > $1 AND replica_count > 0
               ORDER BY broker_id) AS away,
         ARRAY(SELECT broker_id FROM ${cellSchema}.brokers WHERE broker_id <= $1 AND is_cordoned
               ORDER BY broker_id) AS cordoned,
         (SELECT count(*)::int FROM ${cellSchema}.partitions WHERE cardinality(replicas) < $2) AS thin`,
      [started, replicas],
    );
    const [found] = rows;
    if (found === undefined) throw new Error('a query of one row has none');
    return found;
  } finally {
    await client.end().catch(() => undefined);
  }
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
