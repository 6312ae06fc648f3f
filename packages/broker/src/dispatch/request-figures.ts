/** Upper bounds of the buckets, milliseconds; what takes longer is counted in none but the last. */
export const latencyBoundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000] as const;

/** Answers to requests of one API, of all clients. */
export class ApiFigures {
  readonly api: string;
  count = 0;
  msTotal = 0;
  /** By bucket, each for itself; behind the last bound one more. */
  readonly #buckets = new Float64Array(latencyBoundsMs.length + 1);

  constructor(api: string) {
    this.api = api;
  }

  answered(ms: number): void {
    this.count += 1;
    this.msTotal += ms;
    let at = 0;
    while (at < latencyBoundsMs.length && ms > (latencyBoundsMs[at] ?? 0)) at += 1;
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
  }

  /** How many took at most so long, from the shortest bound to the longest. */
  *cumulative(): Generator<{ readonly boundMs: number; readonly count: number }> {
    let count = 0;
    for (const [at, boundMs] of latencyBoundsMs.entries()) {
      count += this.#buckets[at] ?? 0;
      yield { boundMs, count };
    }
  }
}

/**
 * How many requests of each API were answered, and how long that took: from the moment in which the whole of it was there
 * and its turn had come to the one in which its answer is encoded, with all that it waited for.
 */
export class RequestFigures {
  readonly #byKey = new Map<number, ApiFigures>();

  answered(api: { readonly key: number; readonly name: string }, ms: number): void {
    let figures = this.#byKey.get(api.key);
    if (figures === undefined) {
      figures = new ApiFigures(api.name);
      this.#byKey.set(api.key, figures);
    }
    figures.answered(ms);
  }

  /** Those of which any was answered. */
  all(): Iterable<ApiFigures> {
    return this.#byKey.values();
  }

  countOf(key: number): number {
    return this.#byKey.get(key)?.count ?? 0;
  }
}
