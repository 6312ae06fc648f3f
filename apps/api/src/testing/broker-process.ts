import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiSettings } from '../settings.ts';

/** A real broker of a test's cell as a process: to be stood still, gone on with, and killed. */
export class BrokerOfCell {
  readonly #directory = mkdtempSync(join(tmpdir(), 'weir-api-broker-'));
  readonly #settings: Pick<ApiSettings, 'cellUrl' | 'cellSchema'>;
  readonly #port: number;
  readonly #advertisedPort: number;
  #child: ChildProcess | null = null;

  constructor(settings: Pick<ApiSettings, 'cellUrl' | 'cellSchema'>, port: number, advertisedPort = port) {
    this.#settings = settings;
    this.#port = port;
    this.#advertisedPort = advertisedPort;
  }

  async start(): Promise<void> {
    const script = join(import.meta.dirname, 'broker-child.ts');
    const { cellUrl, cellSchema } = this.#settings;
    const ports = [String(this.#port), String(this.#advertisedPort)];
    const args = [script, this.#directory, cellUrl, cellSchema, ...ports];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)));
    });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
