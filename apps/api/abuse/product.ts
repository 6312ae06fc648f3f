import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@weir/local-servers/free-port';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const startMsMax = 120_000;

interface Recorded {
  readonly name: string;
  readonly pid: number;
}

export interface ProcessorTime {
  readonly ranMs: number;
  readonly waitedMs: number;
}

/** The whole product as `npm start` runs it, in a directory and on ports of its own. */
export class Product {
  readonly ports: { readonly api: number; readonly console: number; readonly broker: number };
  /** By which whoever has it says from which address a request comes, as the console does. */
  readonly proxySecret = randomBytes(32).toString('base64url');
  readonly #directory = mkdtempSync(join(tmpdir(), 'weir-abuse-'));
  readonly #lines: string[] = [];
  readonly #seen = new Map<string, number>();
  #launcher: ChildProcess | null = null;
  #atStart = '';

  private constructor(ports: Product['ports']) {
    this.ports = ports;
  }

  static async start(): Promise<Product> {
    const product = new Product({
      api: await findFreePort(),
      console: await findFreePort(),
      broker: await findFreePort(),
    });
    await product.#launch();
    product.#atStart = JSON.stringify(product.#processes());
    product.problems();
    return product;
  }

  async #launch(): Promise<void> {
    const launcher = spawn(process.execPath, [join(root, 'infra/src/start.ts')], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
        DATABASE_URL: '',
        REDIS_URL: '',
        WEIR_DATA_DIR: this.#directory,
        WEIR_CONSOLE_PORT: String(this.ports.console),
        WEIR_API_PORT: String(this.ports.api),
        WEIR_BROKER_PORT: String(this.ports.broker),
        WEIR_PROXY_SECRET: this.proxySecret,
      },
      // The channel ends the launcher with this process, however that ends.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#launcher = launcher;
    const ready = Promise.withResolvers<void>();
    const take = (chunk: Buffer) => {
      this.#lines.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      );
      if (this.#lines.some((line) => line.includes('weir ready'))) ready.resolve();
    };
    launcher.stdout?.on('data', take);
    launcher.stderr?.on('data', take);
    const fail = (why: string) => ready.reject(new Error(`${why}:\n${this.#lines.join('\n')}`));
    launcher.once('error', (cause) => fail(cause.message));
    launcher.once('close', () => fail('the product ended while it started'));
    const timer = setTimeout(() => fail('the product was not ready in time'), startMsMax);
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #processes(): readonly Recorded[] {
    const text = readFileSync(join(this.#directory, 'launcher.json'), 'utf8');
    return (JSON.parse(text) as { processes: Recorded[] }).processes; // Written by our own launcher.
  }

  /** Resident memory of the product's own processes by name, bytes. */
  memory(): ReadonlyMap<string, number> {
    const ours = this.#processes().filter(({ name }) =>
      ['api', 'broker', 'console', 'worker'].includes(name),
    );
    return new Map(ours.map(({ name, pid }) => [name, residentBytes(pid)]));
  }

  /** Time on processors, and time waited for one, of all the product's processes so far, milliseconds. */
  processorTime(): ProcessorTime {
    const all = this.#processes().map(({ pid }) => processorTimeOf(pid));
    return {
      ranMs: all.reduce((sum, { ranMs }) => sum + ranMs, 0),
      waitedMs: all.reduce((sum, { waitedMs }) => sum + waitedMs, 0),
    };
  }

  /** What went wrong since this was last asked: processes that ended, and what they wrote of failures. */
  problems(): readonly string[] {
    const found: string[] = [];
    if (this.#atStart !== '' && JSON.stringify(this.#processes()) !== this.#atStart) {
      found.push(`a process ended: ${this.#lines.filter((line) => line.startsWith('!')).join('; ')}`);
      this.#atStart = JSON.stringify(this.#processes());
    }
    for (const file of readdirSync(join(this.#directory, 'logs'))) {
      if (!/^(api|broker|console|worker)\b/.test(file)) continue;
      const text = readFileSync(join(this.#directory, 'logs', file), 'utf8');
      const lines = text.slice(this.#seen.get(file) ?? 0).split('\n');
      this.#seen.set(file, text.length);
      const failures = lines.filter((line) => isFailure(file, line));
      if (failures.length > 0) found.push(`${file} has ${failures.length}: ${failures[0]?.slice(0, 1_500)}`);
    }
    return found;
  }

  async stop(): Promise<void> {
    const launcher = this.#launcher;
    if (launcher !== null && launcher.exitCode === null && launcher.signalCode === null) {
      const ended = new Promise((resolve) => launcher.once('close', resolve));
      launcher.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A line of the level error or above, or one that is no line of our logger. */
const isFailure = (file: string, line: string): boolean => {
  if (line === '') return false;
  // Of a library that takes a strange target apart; it says so once.
  if (/DeprecationWarning|node --trace-deprecation/.test(line)) return false;
  if (line.startsWith('{')) return /"level":(50|60|"error"|"fatal")/.test(line);
  return !file.startsWith('console') || !line.startsWith('ready on');
};

const residentBytes = (pid: number): number => {
  try {
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return 0; // It ended meanwhile, which is told elsewhere.
  }
};

/** Of all threads. Linux: Documentation/scheduler/sched-stats.rst, /proc/<pid>/schedstat. */
const processorTimeOf = (pid: number): ProcessorTime => {
  let [ranNs, waitedNs] = [0, 0];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [ran, waited] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
        .split(' ')
        .map(Number);
      ranNs += ran ?? 0;
      waitedNs += waited ?? 0;
    }
  } catch {
    return { ranMs: 0, waitedMs: 0 }; // It ended meanwhile, which is told elsewhere.
  }
  return { ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6 };
};
