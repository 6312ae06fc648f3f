import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { localCaFile } from '@weir/certificates/local-authority';
import { startPostgresServer } from '@weir/local-servers/postgres-server';
import { startRedisServer } from '@weir/local-servers/redis-server';
import { logFileOf } from '../processes/log-file.ts';
import { answersHttp, nodeService } from '../processes/node-service.ts';
import { ownerVariable } from '../processes/orphans.ts';
import { commandOf } from '../processes/proc.ts';
import type { Service } from '../processes/supervisor.ts';
import { root } from '../root.ts';
import { bootstrapServers, brokerName, brokerService, brokerServices } from './broker-services.ts';
import { portObstacle } from './ports.ts';
import { environmentOf, type Program } from './secrets.ts';
import { brokersMax, keptSecret, portsOf, type Settings } from './settings.ts';
import { cellSchema, controlSchema, withSchema } from './stores.ts';

/** Stopped in this order: nothing is taken away from a process that still works with it. */
export function stopGroups(
  { brokers }: Pick<Settings, 'brokers'>,
  ofFurtherCells: readonly string[],
): readonly (readonly string[])[] {
  // Also those that joined later.
  const own = Array.from({ length: brokersMax }, (_, index) => brokerName(index + 1, brokers));
  const names = [...own, ...ofFurtherCells];
  return [['console', 'api', 'worker'], names, ['redis', 'postgres']];
}

const mark = (settings: Settings) => ({ [ownerVariable]: realpathSync(settings.dataDirectory) });

/** The database that Weir brings. Its port holds for one start; only its own processes need to know it. */
export function postgresService(
  settings: Settings,
  port: number,
  signal: AbortSignal,
): { service: Service; url: string } {
  const directory = join(settings.dataDirectory, 'postgres');
  const password = keptSecret(settings, 'postgres-password');
  const service: Service = {
    name: 'postgres',
    stopSignal: 'SIGINT',
    stopMsMax: 4000,
    start: async (onSpawn) => {
      removeStalePid(directory);
      await startPostgresServer({
        directory,
        port,
        password,
        logFile: logFileOf(settings.dataDirectory, 'postgres'),
        settings: { max_connections: '200', shared_buffers: '64MB', log_min_messages: 'warning' },
        env: mark(settings),
        signal,
        onSpawn,
      });
    },
  };
  return { service, url: `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres` };
}

/**
 * Postgres refuses to start when the number in its pid file belongs to any process. After a hard end that
 * may be a stranger by now; whether it is a Postgres on this directory, its command line tells.
 */
function removeStalePid(directory: string): void {
  const file = join(directory, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (commandOf(pid)?.includes(directory) !== true) rmSync(file);
}

export function redisService(settings: Settings, port: number): { service: Service; url: string } {
  const service: Service = {
    name: 'redis',
    stopSignal: 'SIGTERM',
    stopMsMax: 4000,
    start: async (onSpawn) => {
      await startRedisServer({
        directory: join(settings.dataDirectory, 'redis'),
        port,
        logFile: logFileOf(settings.dataDirectory, 'redis'),
        env: mark(settings),
        onSpawn,
      });
    },
  };
  return { service, url: `redis://127.0.0.1:${port}` };
}

export interface Addresses {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/**
 * The programs of the product, in no order: each waits for what it needs. The worker gets a port only to
 * tell that it is ready, and with its figures.
 */
export function productServices(
  settings: Settings,
  addresses: Addresses,
  workerPort: number,
): readonly Service[] {
  const env = { ...productEnvironment(settings, addresses), WEIR_WORKER_PORT: String(workerPort) };
  const { apiPort, consolePort, dataDirectory } = settings;
  const of = (name: Program, script: string, isReady: () => Promise<boolean>, setting?: string) =>
    nodeService({
      name,
      args: [script],
      cwd: join(root, 'apps', name),
      env: environmentOf(name, env),
      logFile: logFileOf(dataDirectory, name),
      isReady,
      obstacle: () => portObstacle(portsOf(settings).filter((port) => port.setting === setting)),
    });
  return [
    ...brokerServices(settings, brokerEnvironmentOf(settings, addresses)),
    of('api', 'dist/main.js', () => answersHttp(apiPort, '/readyz'), 'WEIR_API_PORT'),
    of('worker', 'dist/main.js', () => answersHttp(workerPort, '/healthz')),
    of('console', 'src/server/main.ts', () => answersHttp(consolePort, '/'), 'WEIR_CONSOLE_PORT'),
  ];
}

/** A broker that joins a cell of several while it serves. */
export function furtherBroker(settings: Settings, addresses: Addresses, brokerId: number): Service {
  return brokerService(settings, brokerEnvironmentOf(settings, addresses), brokerId);
}

/** What a broker is started with, whosever it is. */
export function brokerEnvironmentOf(settings: Settings, addresses: Addresses) {
  return environmentOf('broker', productEnvironment(settings, addresses));
}

/** By which the local outbox is read; null where there is none. */
export function outboxKey(settings: Settings): string | null {
  if (settings.mail !== 'shown here') return null;
  return process.env.WEIR_OUTBOX_KEY || keptSecret(settings, 'outbox-key');
}

/** What programs of the product are started with, but for secrets that are others'. */
function productEnvironment(settings: Settings, addresses: Addresses): Record<string, string | undefined> {
  return {
    ...process.env,
    ...mark(settings),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    DATABASE_URL: withSchema(addresses.databaseUrl, controlSchema),
    CELL_DATABASE_URL: withSchema(addresses.databaseUrl, cellSchema),
    REDIS_URL: addresses.redisUrl,
    WEIR_DATA_DIR: settings.dataDirectory,
    WEIR_AUTH_SECRET: process.env.WEIR_AUTH_SECRET ?? keptSecret(settings, 'auth-secret'),
    WEIR_PROXY_SECRET: process.env.WEIR_PROXY_SECRET ?? keptSecret(settings, 'proxy-secret'),
    WEIR_OUTBOX_KEY: outboxKey(settings) ?? undefined,
    WEIR_CONSOLE_PORT: String(settings.consolePort),
    WEIR_API_PORT: String(settings.apiPort),
    WEIR_API_URL: `http://127.0.0.1:${settings.apiPort}`,
    WEIR_BROKER_BOOTSTRAP: bootstrapServers(settings),
    WEIR_BROKER_HOST: settings.brokerHost,
    ...brokerAccess(settings),
    WEIR_DEDICATED_BROKERS: String(settings.dedicatedBrokers),
  };
}

/** How the API reaches brokers, and tells others to: as brokers themselves read it of the same variables. */
function brokerAccess({ brokerDoors: { tls }, dataDirectory }: Settings): Record<string, string | undefined> {
  if (tls.kind === 'none') return {};
  if (tls.kind === 'local') return { WEIR_BROKER_TLS: '1', WEIR_BROKER_TLS_CA: localCaFile(dataDirectory) };
  // Each program runs in a directory of its own.
  const fromRoot = (file: string | undefined) => (file ? resolve(root, file) : file);
  return {
    WEIR_BROKER_TLS: '1',
    WEIR_BROKER_TLS_CERT: fromRoot(tls.cert),
    WEIR_BROKER_TLS_KEY: fromRoot(tls.key),
    WEIR_BROKER_TLS_CA: fromRoot(process.env.WEIR_BROKER_TLS_CA),
  };
}
