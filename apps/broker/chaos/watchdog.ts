import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

export type WatchdogNews =
  | { readonly kind: 'began'; readonly pid: number }
  | { readonly kind: 'ended'; readonly pid: number }
  | { readonly kind: 'mounted' | 'unmounted' | 'made' | 'kept'; readonly directory: string };

/**
 * Ends what a campaign started, unmounts what it mounted, and removes what it has made, where the campaign itself can no
 * longer: it was killed, perhaps while a broker or the store stood still.
 */
export class Watchdog {
  readonly #child: ChildProcess;

  constructor() {
    // A group of its own, so that what ends the campaign's group leaves it.
    this.#child = fork(join(import.meta.dirname, 'watchdog-main.ts'), {
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  tell(news: WatchdogNews): void {
    if (this.#child.connected) this.#child.send(news);
  }

  /** A process of the campaign, until it has ended. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.tell({ kind: 'began', pid });
    child.once('exit', () => this.tell({ kind: 'ended', pid }));
  }

  /** Resolves once it is gone; what it still knows of goes with it. */
  async close(): Promise<void> {
    if (!this.#child.connected) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await ended;
  }
}
