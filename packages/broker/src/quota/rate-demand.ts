import type { TokenBucket } from './token-bucket.ts';

/** A second later so much of what was seen still counts: a pause between two bursts is no end of them. */
const keptEachSecond = 0.36;
/** What is told beyond what was used, as room to grow in until the next time. */
const headroom = 1.25;

/** Shorter spells tell more of how requests fall than of how much is wanted. */
const spellMsMin = 400;

/**
 * How much of a rate is wanted at this broker, as far as its use tells: it rises at once and falls within a few seconds.
 * Who was made to wait would use more than he got, so he counts as wanting all there is.
 */
export class RateDemand {
  #taken = 0;
  #perSecond = 0;
  #lookedMs = 0;
  #isHeldUp = false;

  look(bucket: TokenBucket, nowMs: number): void {
    const elapsedMs = nowMs - this.#lookedMs;
    if (elapsedMs < spellMsMin) return;
    const seconds = elapsedMs / 1000;
    const used = (bucket.taken - this.#taken) / seconds;
    this.#taken = bucket.taken;
    this.#lookedMs = nowMs;
    const kept = this.#perSecond === 0 ? 0 : this.#perSecond * keptEachSecond ** seconds;
    this.#perSecond = Math.max(used, kept < 1 ? 0 : kept);
    this.#isHeldUp = bucket.hasHeldUp(nowMs, 2 * elapsedMs);
  }

  /** Of a limit; 0 where there is none. */
  wanted(limit: number): number {
    if (limit >= Number.MAX_SAFE_INTEGER) return 0;
    return this.#isHeldUp ? limit : Math.min(Math.ceil(this.#perSecond * headroom), limit);
  }
}
