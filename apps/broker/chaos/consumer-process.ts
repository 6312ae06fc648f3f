import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { SeenRecord } from './history.ts';

export interface ConsumerSettings {
  readonly addresses: readonly string[];
  readonly groupId: string;
  /** Otherwise it only reads, from the beginning. */
  readonly commits: boolean;
}

/** What a consumer tells, in the order in which it happened to it. */
export type ConsumerNews =
  /** Partitions were given to it: it may begin anywhere. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'read'; readonly partition: number; readonly records: readonly SeenRecord[] }
  | { readonly kind: 'committed'; readonly partition: number; readonly offset: number };

const leaveMsMax = 5_000;

/**
 * A consumer in a process of its own: this client can hang for good in a loop that lets nothing else run, where it is
 * stopped just as the brokers that it knows change (kafkajs 2.2.4: fetchManager.js begins anew, runner.js no longer runs).
 */
export class ConsumerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    // Told of a channel that breaks as its process ends; the end itself is what counts.
    child.on('error', () => undefined);
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  static start(settings: ConsumerSettings, onNews: (news: ConsumerNews) => void): ConsumerProcess {
    const child = fork(join(import.meta.dirname, 'consumer-main.ts'), [JSON.stringify(settings)], {
      execArgv: ['--disable-warning=TimeoutNegativeWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // The program at the other end says nothing else.
    child.on('message', (news) => onNews(news as ConsumerNews));
    return new ConsumerProcess(child);
  }

  /** In order if it can, else as a process that is killed. */
  async leave(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), leaveMsMax);
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
    clearTimeout(timer);
  }
}
