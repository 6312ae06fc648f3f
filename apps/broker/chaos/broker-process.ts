import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { brokerHeapFlags, brokerMemoryMbMin, planMemory } from '@weir/runtime/memory-plan';
import type { Watchdog } from './watchdog.ts';

export interface BrokerSettings {
  readonly brokerId: number;
  readonly program: string;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly watchdog: Watchdog;
  /** It has ended though nobody asked it to. */
  readonly onEnded: (code: number | null) => void;
}

const readyMark = '"broker.ready"';
const readyMsMax = 60_000;

/** One broker through its lives, as the product runs it. */
export class BrokerProcess {
  readonly brokerId: number;
  readonly #settings: BrokerSettings;
  readonly #log: WriteStream;
  #child: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);
  #isMeantToEnd = false;

  constructor(settings: BrokerSettings) {
    this.brokerId = settings.brokerId;
    this.#settings = settings;
    this.#log = createWriteStream(settings.logFile, { flags: 'a' });
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** Resolves when clients are served. */
  async begin(): Promise<void> {
    if (this.#child !== null) throw new Error(`broker ${this.brokerId} runs already`);
    const heap = `--max-old-space-size=${planMemory(brokerMemoryMbMin).heapMb}`;
    const child = spawn(process.execPath, [heap, ...brokerHeapFlags, this.#settings.program], {
      env: { ...process.env, WEIR_BROKER_MEMORY_MB: String(brokerMemoryMbMin), ...this.#settings.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A Ctrl-C in a terminal reaches the campaign only, which then ends what it started.
      detached: true,
    });
    this.#settings.watchdog.watch(child);
    this.#child = child;
    this.#isMeantToEnd = false;
    this.#ended = new Promise((resolve) => child.once('exit', resolve));
    void this.#ended.then((code) => {
      this.#child = null;
      if (!this.#isMeantToEnd) this.#settings.onEnded(code);
    });
    await this.#served(child);
  }

  /** Resolves with the exit code once it is gone; null after a signal that it could not take. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#isMeantToEnd = true;
    this.#child?.kill(signal);
    return this.#ended;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** For good, whatever state it is in. */
  async close(): Promise<void> {
    await this.end('SIGKILL');
    await new Promise<void>((resolve) => this.#log.end(resolve));
  }

  #served(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (how: string) => reject(new Error(`broker ${this.brokerId} ${how}`));
      const timer = setTimeout(() => failed(`was not ready within ${readyMsMax / 1000} s`), readyMsMax);
      void this.#ended.then(() => {
        clearTimeout(timer);
        failed('ended before it was ready');
      });
      let said = '';
      let isReady = false;
      const hear = (chunk: Buffer) => {
        this.#log.write(chunk);
        if (isReady) return;
        // What a chunk cut in two is whole with the end of the one before.
        said = `${said.slice(-readyMark.length)}${chunk.toString()}`;
        isReady = said.includes(readyMark);
        if (!isReady) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
    });
  }
}
