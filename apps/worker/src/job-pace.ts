/** Entries of the lists of all payloads that a worker holds: a hundred bytes or some hundreds each, before and after parsing. */
const entriesMax = 100_000;
/** Of so many payloads, the last ones, the largest says how large the next may be. */
const remembered = 1_024;
/** Before the first was seen. */
const atOnceFirst = 4;

/**
 * How many jobs of a queue a worker takes at a time: as many as it may while they are small, and one while they are large.
 * A queue hands payloads out before anybody has looked at them, and a broker's report of a busy window may be megabytes.
 */
export class JobPace {
  readonly #atOnceMax: number;
  readonly #sizes: number[] = [];

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  get atOnce(): number {
    if (this.#sizes.length === 0) return Math.min(this.#atOnceMax, atOnceFirst);
    const largest = Math.max(1, ...this.#sizes);
    return Math.max(1, Math.min(this.#atOnceMax, Math.floor(entriesMax / largest)));
  }

  saw(payload: unknown): void {
    this.#sizes.push(entriesOf(payload));
    if (this.#sizes.length > remembered) this.#sizes.shift();
  }
}

/** In all lists of it together. */
const entriesOf = (payload: unknown): number =>
  typeof payload !== 'object' || payload === null
    ? 0
    : Object.values(payload).reduce<number>(
        (sum, value) => sum + (Array.isArray(value) ? value.length : 0),
        0,
      );
