import type { Clock } from '../deps.ts';
import { lookUpIntervalMs } from '../limits.ts';

/**
 * Asks the store for what this broker may not have heard of yet: all who wait share one question, and
 * questions are some time apart, so that names which do not exist cost the store nothing by their number.
 */
export class LookUps {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly #ask: () => Promise<void>;
  #next: Promise<void> | null = null;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'after'>, ask: () => Promise<void>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Resolves when the store was asked after this call; rejects when it does not answer. */
  async lookUp(): Promise<void> {
    this.#next ??= this.#askSoon();
    await this.#next;
  }

  async #askSoon(): Promise<void> {
    const waitMs = this.#askedAtMs + lookUpIntervalMs - this.#clock.monotonicMs();
    await new Promise<void>((resolve) => {
      if (waitMs <= 0) resolve();
      else this.#clock.after(waitMs, resolve);
    });
    // Who comes from now on needs an answer that is younger than his question.
    this.#next = null;
    this.#askedAtMs = this.#clock.monotonicMs();
    await this.#ask();
  }
}
