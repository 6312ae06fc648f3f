import type { Clock } from '@weir/runtime/clock';

interface Entry<Value> {
  readonly untilMs: number;
  readonly value: Promise<Value>;
}

const entriesMax = 500;

/**
 * Answers that were made a moment ago, or are being made: pages that ask every few seconds, and people who look at the same
 * time, cost what one of them does. Failures are not remembered.
 */
export class ShortMemory<Value> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #ageMsMax: number;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(clock: Pick<Clock, 'now'>, ageMsMax: number) {
    this.#clock = clock;
    this.#ageMsMax = ageMsMax;
  }

  of(key: string, make: () => Promise<Value>): Promise<Value> {
    const nowMs = this.#clock.now();
    const known = this.#entries.get(key);
    if (known !== undefined && nowMs < known.untilMs) return known.value;
    this.#entries.delete(key);
    const value = make();
    const entry = { untilMs: nowMs + this.#ageMsMax, value };
    this.#entries.set(key, entry);
    value.catch(() => this.#entries.get(key) === entry && this.#entries.delete(key));
    if (this.#entries.size > entriesMax) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return value;
  }
}
