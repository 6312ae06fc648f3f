import { evenShare, type SharedLimit } from '@weir/metadata-store/limit-rules';
import type { ClusterLimits } from '@weir/metadata-store/model';
import type { LimitShares } from '@weir/metadata-store/port';
import { fullConfirmedMs } from '../cell-limits.ts';

/** Limits on what is there, and not on what comes in a second. */
export type StockLimit = 'connectionsMax' | 'groupsMax' | 'storedBytesMax';
const stockLimits: readonly StockLimit[] = ['connectionsMax', 'groupsMax', 'storedBytesMax'];

/** What of the limits of one cluster this broker may use: all of them where it is alone. */
export class ClusterShares {
  #limits: ClusterLimits;
  #brokers: number;
  #answer: Pick<LimitShares, 'shares' | 'inUseElsewhere'> | null = null;
  /** Of these more was wanted here than this broker may use, since that was last told. */
  readonly short = new Set<SharedLimit>();
  /** Since when all that there is of a limit was in use, each time that the store has answered. */
  readonly #usedUpSinceMs = new Map<StockLimit, number>();
  /** Connections that wait for a share to become larger. */
  waiting = 0;
  /** Groups, as they were last counted. */
  groups = 0;

  constructor(limits: ClusterLimits, brokers: number) {
    this.#limits = limits;
    this.#brokers = brokers;
  }

  set limits(limits: ClusterLimits) {
    this.#limits = limits;
  }

  /** How many brokers divide the limits. */
  set brokers(brokers: number) {
    this.#brokers = brokers;
  }

  /** What the store has answered; null: it has nothing to say of the cluster. `inUse`: what is in use here by now. */
  heard(answer: LimitShares | null, inUse: (limit: StockLimit) => number, nowMs: number): void {
    this.#answer = answer;
    for (const limit of stockLimits) {
      if (!this.#isUsedUp(limit, inUse(limit))) this.#usedUpSinceMs.delete(limit);
      else if (!this.#usedUpSinceMs.has(limit)) this.#usedUpSinceMs.set(limit, nowMs);
    }
  }

  #isUsedUp(limit: StockLimit, inUse: number): boolean {
    return inUse + this.inUseElsewhere(limit) >= this.#limits[limit];
  }

  /**
   * Whether all brokers together have so much in use as the limit says, and that for long enough: of a broker that has
   * just died nobody knows yet, and what it had counts a second time where it has come to.
   */
  isUsedUp(limit: StockLimit, inUse: number, nowMs: number): boolean {
    if (inUse >= this.#limits[limit]) return true;
    if (this.isAlone) return false;
    const sinceMs = this.#usedUpSinceMs.get(limit) ?? nowMs;
    return nowMs - sinceMs >= fullConfirmedMs && this.#isUsedUp(limit, inUse);
  }

  /** The store has said nothing for so long that the shares are not to be relied on. */
  expire(): void {
    if (this.#answer !== null) this.#answer = { ...this.#answer, shares: {} };
  }

  /** Whether nobody else is there to divide the limits with. */
  get isAlone(): boolean {
    return this.#brokers === 1;
  }

  whole(limit: SharedLimit): number {
    return this.#limits[limit];
  }

  /** What each broker may use while nobody wants more, or nobody knows who does. */
  even(limit: SharedLimit): number {
    return evenShare(this.#limits[limit], this.#brokers);
  }

  isUneven(limit: SharedLimit): boolean {
    return !this.isAlone && this.#answer?.shares[limit] !== undefined && this.of(limit) !== this.even(limit);
  }

  of(limit: SharedLimit): number {
    if (this.isAlone) return this.#limits[limit];
    const granted = this.#answer?.shares[limit];
    // What was granted of a limit that was lowered since is not for longer than until the next answer.
    return granted === undefined ? this.even(limit) : Math.min(granted, this.#limits[limit]);
  }

  /** What the other brokers have in use, of what they have told. */
  inUseElsewhere(limit: SharedLimit): number {
    return this.isAlone ? 0 : (this.#answer?.inUseElsewhere[limit] ?? 0);
  }

  /**
   * Whether the cluster may have one more of what is counted, with so many here: `soon` where this broker's share is
   * used up and, as far as is known, the limit is not.
   */
  admission(limit: 'connectionsMax' | 'groupsMax', inUse: number, nowMs: number): 'now' | 'soon' | 'no' {
    if (inUse < this.of(limit)) return 'now';
    if (this.isUsedUp(limit, inUse, nowMs)) return 'no';
    if (!this.#isUsedUp(limit, inUse)) this.short.add(limit);
    return 'soon';
  }
}
