import { catchUpBurstShare } from '../cell-limits.ts';
import type { Clock } from '../deps.ts';
import { TokenBucket } from '../quota/token-bucket.ts';

/** What replicas that are not in sync may have of this broker's disk: a rate for all of them together. */
export class CatchUpBudget {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #bucket: TokenBucket;
  /** All that was read so far. */
  bytesRead = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>, bytesPerSecMax: number) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(bytesPerSecMax, clock.monotonicMs(), bytesPerSecMax * catchUpBurstShare);
  }

  /** How long until the next read, whose length is only known when it was made; 0: it may be made now. */
  get waitMs(): number {
    return this.#bucket.charge(0, this.#clock.monotonicMs());
  }

  read(bytes: number): void {
    this.bytesRead += bytes;
    this.#bucket.charge(bytes, this.#clock.monotonicMs());
  }
}
