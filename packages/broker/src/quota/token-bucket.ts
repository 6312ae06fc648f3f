/** Most seconds of unused quota that may be used at once, as in Kafka's quota windows. */
const burstSeconds = 2;

/**
 * A rate that holds over time: what goes over is paid for by waiting. The caller is told how long to mute the client
 * (KIP-219). Whoever does not wait, as by another connection, comes to where nothing more is taken: `isOverdrawn`.
 */
export class TokenBucket {
  #perSecond: number;
  #usualPerSecond: number;
  #tokens: number;
  #filledAtMs: number;
  #heldUpAtMs = Number.NEGATIVE_INFINITY;
  readonly #burst: number | null;
  /** All that was ever charged while there was a bound. */
  taken = 0;

  /** `perSecond` of Number.MAX_SAFE_INTEGER means without bound. `burst`: what may be used at once, if not two seconds' worth. */
  constructor(perSecond: number, nowMs: number, burst: number | null = null) {
    this.#perSecond = perSecond;
    this.#usualPerSecond = perSecond;
    this.#burst = burst;
    this.#tokens = this.#tokensMax;
    this.#filledAtMs = nowMs;
  }

  get #tokensMax(): number {
    return this.#burst ?? this.#usualPerSecond * burstSeconds;
  }

  /**
   * From now on it is another rate. `usual`: what it becomes again as soon as it is wanted; as much as that may be used
   * at once, and a debt that is waited for will be paid at that rate, or at the present one if that is higher.
   */
  setRate(perSecond: number, nowMs: number, usual = perSecond): void {
    this.#fill(nowMs);
    this.#perSecond = perSecond;
    this.#usualPerSecond = usual;
  }

  /** Takes `amount`; returns the milliseconds to wait until the debt is paid, 0 when there is none. */
  charge(amount: number, nowMs: number): number {
    if (this.#perSecond >= Number.MAX_SAFE_INTEGER) return 0;
    this.#fill(nowMs);
    this.taken += amount;
    this.#tokens -= amount;
    if (this.#tokens >= 0) return 0;
    this.#heldUpAtMs = nowMs;
    return Math.min(this.#debtMs(), throttleMsMax);
  }

  /** Whether more is to be paid for than anybody is told to wait at once. */
  isOverdrawn(nowMs: number): boolean {
    if (this.#tokens >= 0 || this.#perSecond >= Number.MAX_SAFE_INTEGER) return false;
    this.#fill(nowMs);
    return this.#debtMs() > throttleMsMax;
  }

  /** Until the debt is paid. */
  #debtMs(): number {
    return Math.ceil((-this.#tokens * 1000) / Math.max(this.#perSecond, this.#usualPerSecond));
  }

  /** Whether more was taken than was there, and it is not paid yet. */
  isInDebt(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens < 0;
  }

  /** Whether somebody had to wait in the last so many milliseconds, or has to now. */
  hasHeldUp(nowMs: number, ms: number): boolean {
    return nowMs - this.#heldUpAtMs <= ms || this.isInDebt(nowMs);
  }

  #fill(nowMs: number): void {
    const earned = ((nowMs - this.#filledAtMs) * this.#perSecond) / 1000;
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(this.#tokens + earned, this.#tokensMax);
  }
}

/** One wait at most; the debt that is left shows in the next request. */
export const throttleMsMax = 30_000;
