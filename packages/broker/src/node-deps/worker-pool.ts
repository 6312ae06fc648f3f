import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { NameMatch } from '../consumer-group/name-match.ts';
import type { KeyDerivation } from '../deps.ts';
import type { CompactionAnswer, CompactionTask } from '../log/compaction-task.ts';
import { Queue } from '../memory/queue.ts';
import type { RecodeAnswer, RecodeTask } from '../partition/recode-task.ts';
import type { RecordAnswer, RecordTask } from '../partition/record-task.ts';

export type WorkerJob =
  | { readonly kind: 'records'; readonly task: RecordTask }
  | { readonly kind: 'recoding'; readonly task: RecodeTask }
  | { readonly kind: 'compaction'; readonly task: CompactionTask }
  | { readonly kind: 'names'; readonly task: NameMatch }
  | { readonly kind: 'key'; readonly derivation: KeyDerivation };

export type WorkerAnswer =
  | { readonly kind: 'records'; readonly answer: RecordAnswer }
  | { readonly kind: 'recoding'; readonly answer: RecodeAnswer }
  | { readonly kind: 'compaction'; readonly answer: CompactionAnswer }
  | { readonly kind: 'names'; readonly names: readonly string[] | null }
  | { readonly kind: 'key'; readonly key: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string };

interface Waiting {
  readonly job: WorkerJob;
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (cause: Error) => void;
}

export interface PoolOptions {
  readonly threadsMax: number;
  /** A job that takes longer ends with its thread. */
  readonly jobMsMax: number;
  readonly resourceLimits: ResourceLimits;
}

/** In the build as in the source, the worker's program lies beside this file. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Threads that are started when they are first needed; a job that breaks its thread breaks no other. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #idle: Thread[] = [];
  readonly #waiting = new Queue<Waiting>();
  #threads = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Rejects when the job took too long, or its thread died of it. */
  run(job: WorkerJob): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop() ?? this.#start();
      if (thread === null) return;
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) thread.run(waiting, this.#options.jobMsMax);
    }
  }

  #start(): Thread | null {
    if (this.#threads >= this.#options.threadsMax) return null;
    this.#threads += 1;
    return new Thread(this.#options.resourceLimits, {
      idle: (thread) => {
        this.#idle.push(thread);
        this.#assign();
      },
      // Native code cannot be interrupted: a thread counts until it is really gone.
      gone: (thread) => {
        const at = this.#idle.indexOf(thread);
        if (at >= 0) this.#idle.splice(at, 1);
        this.#threads -= 1;
        this.#assign();
      },
    });
  }
}

interface ThreadEvents {
  idle(thread: Thread): void;
  gone(thread: Thread): void;
}

class Thread {
  readonly #worker: Worker;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isEnding = false;

  constructor(resourceLimits: ResourceLimits, events: ThreadEvents) {
    this.#worker = new Worker(program, { resourceLimits });
    this.#worker.unref();
    this.#worker.on('message', (answer: WorkerAnswer) => {
      if (this.#isEnding) return;
      const current = this.#take();
      this.#worker.unref();
      events.idle(this);
      current?.resolve(answer);
    });
    this.#worker.on('error', (cause) => this.#end(cause instanceof Error ? cause : new Error(String(cause))));
    this.#worker.on('exit', (code) => {
      this.#end(new Error(`a worker thread ended with ${code}`));
      events.gone(this);
    });
  }

  run(waiting: Waiting, jobMsMax: number): void {
    this.#current = waiting;
    this.#timer = setTimeout(() => {
      this.#end(new Error(`a worker took more than ${jobMsMax} ms`));
      void this.#worker.terminate();
    }, jobMsMax);
    this.#worker.ref();
    this.#worker.postMessage(waiting.job);
  }

  #end(cause: Error): void {
    this.#isEnding = true;
    this.#take()?.reject(cause);
  }

  #take(): Waiting | null {
    const current = this.#current;
    this.#current = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    return current;
  }
}
