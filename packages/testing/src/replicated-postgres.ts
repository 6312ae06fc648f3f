import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { type PostgresServer, startPostgresServer } from '@weir/local-servers/postgres-server';
import pg from 'pg';

const settings = { wal_level: 'replica', hot_standby: 'on', shared_buffers: '64MB', max_connections: '200' };

/** Two real Postgres servers: one that takes writes, and a standby without which it commits nothing. */
export class ReplicatedPostgres {
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  readonly #directory: string;

  private constructor(primary: PostgresServer, standby: PostgresServer, directory: string) {
    this.primary = primary;
    this.standby = standby;
    this.#directory = directory;
  }

  static async start(): Promise<ReplicatedPostgres> {
    const directory = mkdtempSync(join(tmpdir(), 'weir-replicated-'));
    chmodSync(directory, 0o755);
    const serve = async (name: string, port: number, more: Readonly<Record<string, string>>) =>
      startPostgresServer({
        directory: join(directory, name),
        port,
        password: null,
        logFile: join(directory, `${name}.log`),
        settings: { ...settings, ...more },
      });
    const ports = [await findFreePort(), await findFreePort()] as const;
    await (await serve('primary', ports[0], {})).stop();
    // A server that does not run is copied as it is.
    execFileSync('cp', ['-a', join(directory, 'primary'), join(directory, 'standby')]);
    writeFileSync(join(directory, 'standby', 'standby.signal'), '');
    appendFileSync(
      join(directory, 'standby', 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${ports[0]} user=postgres'\n`,
    );
    const primary = await serve('primary', ports[0], {});
    const standby = await serve('standby', ports[1], {});
    const servers = new ReplicatedPostgres(primary, standby, directory);
    await servers.#ask(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
    await servers.#ask(primary, 'SELECT pg_reload_conf()');
    await servers.#untilReplicated();
    return servers;
  }

  /** Names both, the standby first. */
  get url(): string {
    const url = new URL(this.standby.url);
    const [own, other] = [url.port, new URL(this.primary.url).port];
    url.search = `?host=127.0.0.1,127.0.0.1&port=${own},${other}`;
    return url.href;
  }

  /** The primary's machine is gone. */
  killPrimary(): void {
    this.primary.process.kill('SIGKILL');
  }

  /** Until it is thawed the standby takes nothing. */
  freezeStandby(): void {
    for (const pid of processesOf(this.standby)) process.kill(pid, 'SIGSTOP');
  }

  thawStandby(): void {
    for (const pid of processesOf(this.standby)) process.kill(pid, 'SIGCONT');
  }

  async promoteStandby(): Promise<void> {
    await this.#ask(this.standby, 'SELECT pg_promote(true, 30)');
  }

  async stop(): Promise<void> {
    await this.primary.stop();
    await this.standby.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #untilReplicated(): Promise<void> {
    for (;;) {
      const rows = await this.#ask(this.primary, 'SELECT sync_state FROM pg_stat_replication');
      if (rows.some(({ sync_state }) => sync_state === 'sync')) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #ask(server: PostgresServer, statement: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: server.url, query_timeout: 40_000 });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  }
}

/** The server and the processes that it has begun. */
function processesOf({ process: { pid = 0 } }: PostgresServer): number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.split('\n').map(Number).filter(Boolean)];
}
