import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ControlDb, migrateControl, openControl } from '@weir/db/control';
import { migrateCell } from '@weir/db/migrate-cell';
import { findFreePort } from '@weir/local-servers/free-port';
import { startPostgresServer } from '@weir/local-servers/postgres-server';
import { startRedisServer } from '@weir/local-servers/redis-server';

const cellSchema = 'cell_local';
const readyMsMax = 30_000;

/** Postgres and Redis as the launcher starts them, and programs of ours over them, until `stop`. */
export interface Ground {
  readonly db: ControlDb;
  readonly redisUrl: string;
  readonly apiUrl: string;
  /** Starts the API, or the worker, as a process of its own; resolves with how to end it. */
  start(program: 'api' | 'worker'): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** Builds the programs as they are shipped. */
const build = (): void => {
  const built = spawnSync('turbo', ['run', 'build', '--output-logs=errors-only', ...programs], {
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('the API and the worker could not be built');
};

const programs = ['--filter=@weir/api', '--filter=@weir/worker'];

/** Whatever ends it, an error or a signal, nothing that was started stays. */
export const openGround = async (): Promise<Ground> => {
  build();
  const stops = new AsyncDisposableStack();
  let stopping: Promise<void> | null = null;
  // Whoever asks for it while it is under way waits for the same.
  const stop = () => {
    stopping ??= stops.disposeAsync();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(1)));
  try {
    return { ...(await openOn(stops)), stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
};

/** Starts it all; what ends each of it is left on the stack. */
const openOn = async (stops: AsyncDisposableStack): Promise<Omit<Ground, 'stop'>> => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-bench-ledger-'));
  stops.defer(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755); // The server may run as another user, who has to reach its data below.
  const [postgresPort, redisPort, apiPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const redis = await startRedisServer({
    ...{ directory: join(directory, 'redis'), port: redisPort, logFile: join(directory, 'redis.log') },
  });
  stops.defer(() => redis.stop());
  const postgres = await startPostgresServer({
    ...{ directory: join(directory, 'postgres'), port: postgresPort, password: null },
    logFile: join(directory, 'postgres.log'),
    settings: { max_connections: '200', shared_buffers: '64MB', log_min_messages: 'warning' },
  });
  stops.defer(() => postgres.stop());
  await migrateControl(postgres.url);
  await migrateCell(postgres.url, cellSchema);
  // Filling takes longer than anything a page asks.
  const db = openControl({ url: postgres.url, statementMsMax: 600_000 });
  stops.defer(() => db.$disconnect());
  const env = {
    ...process.env,
    ...{ NODE_ENV: 'production', WEIR_LOG_LEVEL: 'warn', WEIR_OUTBOX_KEY: randomBytes(24).toString('hex') },
    ...{
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      WEIR_AUTH_SECRET: randomBytes(24).toString('hex'),
    },
    ...{ WEIR_API_PORT: String(apiPort), WEIR_WORKER_PORT: '0' },
  };
  const apiUrl = `http://localhost:${apiPort}`;
  return {
    ...{ db, redisUrl: redis.url, apiUrl },
    start: async (program) => {
      const script = fileURLToPath(new URL(`../../${program}/dist/main.js`, import.meta.url));
      const log = openSync(join(directory, `${program}.log`), 'a');
      const child = spawn(process.execPath, [script], { env, stdio: ['ignore', log, log] });
      stops.defer(() => ended(child));
      if (program === 'api') await untilAnswers(apiUrl, child);
      return () => ended(child);
    },
  };
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
};

const untilAnswers = async (url: string, child: ChildProcess): Promise<void> => {
  const until = performance.now() + readyMsMax;
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer !== null) return;
    if (child.exitCode !== null || performance.now() > until) throw new Error('the API is not there');
    await delay(100);
  }
};
