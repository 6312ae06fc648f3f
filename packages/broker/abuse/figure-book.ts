import type { Figures } from './messages.ts';

const errorsKeptMax = 20;

/** What the quiet tenant writes down in one window. Times are of `performance.now()`. */
export class FigureBook {
  #latencies: number[] = [];
  #errors: string[] = [];
  #lastSuccess = 0;
  #gapMs = 0;
  #gapAt = 0;
  #signInMsMax = 0;
  #slowestMs: Record<string, number> = {};

  begin(now = performance.now()): void {
    this.#latencies = [];
    this.#errors = [];
    this.#lastSuccess = now;
    this.#gapMs = 0;
    this.#gapAt = now;
    this.#signInMsMax = 0;
    this.#slowestMs = {};
  }

  /** A request that was due at `since` has succeeded. */
  succeeded(kind: string, since: number, now = performance.now()): void {
    this.#slowestMs[kind] = Math.max(this.#slowestMs[kind] ?? 0, now - since);
    this.#latencies.push(now - since);
    this.#closeGap(now);
    this.#lastSuccess = now;
  }

  signedIn(ms: number): void {
    this.#signInMsMax = Math.max(this.#signInMsMax, ms);
  }

  failed(what: string): void {
    if (this.#errors.length < errorsKeptMax) this.#errors.push(what);
  }

  figures(now = performance.now()): Figures {
    this.#closeGap(now);
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return {
      count: sorted.length,
      p50Ms: at(0.5) ?? Number.POSITIVE_INFINITY,
      p99Ms: at(0.99) ?? Number.POSITIVE_INFINITY,
      gapMs: this.#gapMs,
      gapAtMs: performance.timeOrigin + this.#gapAt,
      signInMsMax: this.#signInMsMax,
      errors: this.#errors,
      slowestMs: this.#slowestMs,
    };
  }

  #closeGap(now: number): void {
    const gapMs = now - this.#lastSuccess;
    if (gapMs <= this.#gapMs) return;
    this.#gapMs = gapMs;
    this.#gapAt = this.#lastSuccess;
  }
}
