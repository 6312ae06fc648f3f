import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { join } from 'node:path';

const answerMsMax = 60_000;

export interface Place {
  /** The processor it is kept on; null: any. */
  readonly cpu: number | null;
  /** As of nice(1); below 0 only with the right to. */
  readonly nice: number;
}

export interface Start {
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Whether processes can be kept apart: by taskset, on a machine with two processors or more. */
export const canPin = availableParallelism() > 1 && hasTaskset();

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not installed, or no Linux: the table says that nothing was kept apart.
    return false;
  }
}

/** A process of the stage with a channel to it: words are told apart by their kind. */
export class StageProcess<Order extends object, Word extends { readonly kind: string }> {
  readonly child: ChildProcess;
  readonly words: Word[] = [];
  readonly #name: string;
  #complaints = '';
  readonly #waiting = new Set<() => void>();

  constructor(name: string, args: readonly string[], place: Place, how: Start = {}) {
    this.#name = name;
    const { nodeArgs = [], env = {} } = how;
    const command = [process.execPath, ...nodeArgs, join(import.meta.dirname, `${name}.ts`), ...args];
    const pinned = canPin && place.cpu !== null ? ['taskset', '-c', String(place.cpu), ...command] : command;
    const [program = '', ...rest] = pinned;
    this.child = spawn(program, rest, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
      // A session of its own: Linux shares a processor out by session before it looks at processes.
      detached: true,
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaints = `${this.#complaints}${chunk.toString()}`.slice(-4_000);
    });
    this.child.on('message', (word) => {
      // From our own process, in its own form.
      this.words.push(word as Word);
      this.#wake();
    });
    this.child.once('exit', () => this.#wake());
    if (this.child.pid !== undefined) prefer(this.child.pid, place.nice);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it wrote to its standard error, the last of it. */
  get complaints(): string {
    return this.#complaints;
  }

  tell(order: Order): void {
    if (this.isAlive) this.child.send(order);
  }

  /** The next word of that kind, taken from those that came; rejects when the process ends or takes too long. */
  async hear<Kind extends Word['kind']>(
    kind: Kind,
    msMax = answerMsMax,
  ): Promise<Extract<Word, { kind: Kind }>> {
    const until = performance.now() + msMax;
    for (;;) {
      const at = this.words.findIndex((word) => word.kind === kind);
      // The predicate above says what the compiler cannot follow.
      if (at >= 0) return this.words.splice(at, 1)[0] as Extract<Word, { kind: Kind }>;
      const failed = this.words.find((word) => word.kind === 'failed');
      if (failed !== undefined) throw new Error(`the ${this.#name} failed: ${JSON.stringify(failed)}`);
      const leftMs = until - performance.now();
      if (!this.isAlive || leftMs <= 0) throw new Error(this.#problem(kind));
      await this.#nextWord(leftMs);
    }
  }

  /** Ends it; resolves when it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    if (!this.isAlive) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.kill(signal);
    });
  }

  #problem(kind: string): string {
    const how = this.isAlive
      ? 'said nothing in time'
      : `ended with ${this.child.exitCode ?? this.child.signalCode}`;
    return `the ${this.#name} ${how} (awaited: ${kind})\n${this.#complaints}`;
  }

  #nextWord(msMax: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(wake, msMax);
      const waiting = this.#waiting;
      function wake() {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      }
      waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Among the processes of its session, and its session among others'. Without the right to it, it stays as it is. */
function prefer(pid: number, nice: number): void {
  for (const set of [
    () => setPriority(pid, nice),
    () => writeFileSync(`/proc/${pid}/autogroup`, `${nice}`),
  ]) {
    try {
      set();
    } catch (cause) {
      // No right to it, no such process any more, or a kernel without such groups: the baseline tells.
      if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    }
  }
}
