import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateCell } from '@weir/db/migrate-cell';
import { findFreePort } from '@weir/local-servers/free-port';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';

export interface BrokerProgram {
  readonly child: ChildProcess;
  readonly port: number;
  /** The exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** All that it has said so far, on both streams. */
  text(): string;
}

/** Brokers as the product runs them, over one cell in a real Postgres, and a directory for their data. */
export class BrokerPrograms {
  readonly database: TestDatabase;
  readonly directory = mkdtempSync(join(tmpdir(), 'weir-programs-'));
  readonly #redisUrl: string;
  readonly #started: BrokerProgram[] = [];

  private constructor(database: TestDatabase, redisUrl: string) {
    this.database = database;
    this.#redisUrl = redisUrl;
  }

  /** With a database of its own unless one is given. */
  static async open(redisUrl: string, given: TestDatabase | null = null): Promise<BrokerPrograms> {
    const database = given ?? (await createTestDatabase());
    await migrateCell(database.url, 'cell_local');
    return new BrokerPrograms(database, redisUrl);
  }

  /** Broker 1, unless `env` says otherwise, with its data below `dataDir`. */
  async start(env: Readonly<Record<string, string>> = {}, dataDir = this.directory): Promise<BrokerProgram> {
    const port = Number(env.WEIR_BROKER_PORT ?? (await findFreePort()));
    const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'main.ts')], {
      env: {
        ...process.env,
        CELL_DATABASE_URL: this.database.url,
        REDIS_URL: this.#redisUrl,
        WEIR_DATA_DIR: dataDir,
        WEIR_BROKER_PORT: String(port),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const program = { child, port, ended, text: () => said.join('') };
    this.#started.push(program);
    return program;
  }

  async close(): Promise<void> {
    for (const { child, ended } of this.#started) {
      child.kill('SIGTERM');
      await ended;
    }
    await this.database.drop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
