import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');
const bundle = join(root, 'apps/broker/dist/standalone.js');
const readyMsMax = 20_000;

/** Builds what `npm run broker` runs; the build tool does nothing where nothing has changed. */
export function buildBroker(): void {
  const args = ['run', 'build', '--filter=@weir/broker-app', '--output-logs=errors-only'];
  execFileSync('turbo', args, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', CI: 'true' },
  });
}

/** A data directory that goes with the test. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'weir-broker-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A standalone broker as a process of its own. */
export class BrokerProcess {
  readonly port: number;
  /** From the process's start until it was ready, milliseconds. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #complaints: Buffer[];

  private constructor(port: number, readyMs: number, child: ChildProcess, complaints: Buffer[]) {
    this.port = port;
    this.readyMs = readyMs;
    this.#child = child;
    this.#complaints = complaints;
  }

  /** Port 0: the system chooses. `descriptorsMax`: what the process may open. Rejects, with what the broker said, when it is not ready in time. */
  static start(dataDir: string, port = 0, descriptorsMax: number | null = null): Promise<BrokerProcess> {
    const began = performance.now();
    const args = [process.execPath, bundle, '--port', String(port), '--data-dir', dataDir];
    const limit = descriptorsMax === null ? '' : `ulimit -n ${descriptorsMax}; `;
    const child = spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const complaints: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
    return new Promise((resolve, reject) => {
      const fail = () =>
        reject(new Error(`the broker did not start:\n${Buffer.concat(complaints).toString()}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail();
      }, readyMsMax);
      child.once('exit', fail);
      child.stdout.on('data', (chunk: Buffer) => {
        const ready = /ready on 127\.0\.0\.1:(\d+)/.exec(chunk.toString());
        if (ready === null) return;
        clearTimeout(timer);
        child.removeListener('exit', fail);
        resolve(new BrokerProcess(Number(ready[1]), performance.now() - began, child, complaints));
      });
    });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the broker has no process');
    return pid;
  }

  /** What it wrote to its standard error. */
  get complaints(): string {
    return Buffer.concat(this.#complaints).toString();
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.isRunning) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill(signal);
    });
  }
}
