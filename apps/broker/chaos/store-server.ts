import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { type PostgresServer, startPostgresServer } from '@weir/local-servers/postgres-server';
import type { Watchdog } from './watchdog.ts';

/** The cell's store in a Postgres of its own, which can be stopped in the middle of anything. */
export class StoreServer {
  readonly port: number;
  readonly #directory: string;
  readonly #watchdog: Watchdog;
  #server: PostgresServer | null = null;

  private constructor(directory: string, port: number, watchdog: Watchdog) {
    this.#watchdog = watchdog;
    this.#directory = directory;
    this.port = port;
  }

  static async start(directory: string, watchdog: Watchdog): Promise<StoreServer> {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o755); // The server may run as another user, who has to reach its data below.
    const store = new StoreServer(directory, await findFreePort(), watchdog);
    await store.start();
    return store;
  }

  /** As a client reaches it by `port`. */
  url(port = this.port): string {
    return `postgresql://postgres@127.0.0.1:${port}/postgres`;
  }

  async start(): Promise<void> {
    this.#server = await startPostgresServer({
      directory: join(this.#directory, 'data'),
      port: this.port,
      password: null,
      logFile: join(this.#directory, 'postgres.log'),
      // Commits stand in the kernel's memory, which outlives the processes.
      settings: { fsync: 'off', max_connections: '100', shared_buffers: '32MB' },
      onSpawn: (child) => this.#watchdog.watch(child),
    });
  }

  freeze(): void {
    this.#signal('SIGSTOP');
    // A session that stands still would outlive its server.
    for (const pid of this.#processes().slice(1)) this.#watchdog.tell({ kind: 'began', pid });
  }

  thaw(): void {
    for (const pid of this.#processes().slice(1)) this.#watchdog.tell({ kind: 'ended', pid });
    this.#signal('SIGCONT');
  }

  /** Resolves when none of its processes is left. */
  async kill(): Promise<void> {
    const processes = this.#processes();
    this.#signal('SIGKILL');
    while (processes.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(): Promise<void> {
    if (this.#server === null) return;
    this.thaw();
    await this.#server.stop();
  }

  /** The server first, so that it makes no new processes while the others are told. */
  #signal(signal: NodeJS.Signals): void {
    const [server, ...others] = this.#processes();
    if (server !== undefined) send(server, signal);
    for (const pid of new Set([...others, ...this.#processes().slice(1)])) send(pid, signal);
  }

  /** Each session is a process, in a process group of its own. */
  #processes(): number[] {
    const child = this.#server?.process;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return [];
    const { pid } = child;
    const sessions = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
    return [pid, ...sessions.map(Number)];
  }
}

function parentOf(pid: string): number | null {
  const stat = statOf(pid);
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** One that has ended and that nobody asked about yet runs no more. */
function isRunning(pid: number): boolean {
  const stat = statOf(String(pid));
  return stat !== null && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
}

function statOf(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // It has ended since the directory was read.
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    // It may have ended by itself, which is as good.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
  }
}
