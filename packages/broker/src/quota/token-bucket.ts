/** Most seconds of unused quota that may be used at once, as in Kafka's quota windows. */
const burstSeconds = 2;

/**
 * A rate that holds over time: what goes over is paid for by waiting. The caller is told how long to
 * mute the client (KIP-219); nothing is refused.
 */
export class TokenBucket {
  #perSecond: number;
  #tokens: number;
  #filledAtMs: number;
  readonly #burst: number | null;

  /** `perSecond` of Number.MAX_SAFE_INTEGER means without bound. `burst`: what may be used at once, if not two seconds' worth. */
  constructor(perSecond: number, nowMs: number, burst: number | null = null) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst ?? perSecond * burstSeconds;
    this.#filledAtMs = nowMs;
  }

  set perSecond(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes `amount`; returns the milliseconds to wait until the debt is paid, 0 when there is none. */
  charge(amount: number, nowMs: number): number {
    if (this.#perSecond >= Number.MAX_SAFE_INTEGER) return 0;
    this.#fill(nowMs);
    this.#tokens -= amount;
    if (this.#tokens >= 0) return 0;
    return Math.min(Math.ceil((-this.#tokens * 1000) / this.#perSecond), throttleMsMax);
  }

  /** Whether more was taken than was there, and it is not paid yet. */
  isInDebt(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens < 0;
  }

  #fill(nowMs: number): void {
    const earned = ((nowMs - this.#filledAtMs) * this.#perSecond) / 1000;
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(this.#tokens + earned, this.#burst ?? this.#perSecond * burstSeconds);
  }
}

/** One wait at most; the debt that is left shows in the next request. */
const throttleMsMax = 30_000;
