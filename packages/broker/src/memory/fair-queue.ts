import { Queue } from './queue.ts';

/** An owner has as much waiting as one owner may have. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

interface Share {
  running: number;
  readonly waiting: Queue<() => void>;
}

export interface FairQueueBounds {
  /** Pieces of work under way at once, of all owners. */
  readonly runningMax: number;
  /** Of one owner; it leaves the rest to the others even where nobody else asks. */
  readonly runningPerOwnerMax?: number;
  /** Of one owner; what comes beyond it is refused with QueueFullError. */
  readonly waitingPerOwnerMax?: number;
}

/**
 * Shares something scarce out among owners: so many pieces of work at once, one owner after the other, and
 * each owner's in the order in which they came. Who asks for little never waits behind who asks for much.
 */
export class FairQueue {
  readonly #runningMax: number;
  readonly #runningPerOwnerMax: number;
  readonly #waitingPerOwnerMax: number;
  /** In the order in which they get their turns. Whoever has nothing running or waiting is not in it. */
  readonly #shares = new Map<string, Share>();
  #running = 0;

  constructor({ runningMax, runningPerOwnerMax, waitingPerOwnerMax }: FairQueueBounds) {
    this.#runningMax = runningMax;
    this.#runningPerOwnerMax = runningPerOwnerMax ?? runningMax;
    this.#waitingPerOwnerMax = waitingPerOwnerMax ?? Number.POSITIVE_INFINITY;
  }

  /** Does the work when it is its turn. Rejects as the work does, or with QueueFullError. */
  async run<T>(owner: string, work: () => Promise<T>): Promise<T> {
    const share = this.#shareOf(owner);
    if (this.#mayStart(share) && share.waiting.length === 0) this.#start(owner, share);
    else if (share.waiting.length >= this.#waitingPerOwnerMax) {
      throw new QueueFullError(`${owner} has ${share.waiting.length} pieces of work waiting`);
    } else await new Promise<void>((resolve) => share.waiting.push(resolve));
    try {
      return await work();
    } finally {
      share.running -= 1;
      this.#running -= 1;
      if (share.running === 0 && share.waiting.length === 0) this.#shares.delete(owner);
      this.#startNext();
    }
  }

  #shareOf(owner: string): Share {
    const known = this.#shares.get(owner);
    if (known !== undefined) return known;
    const share: Share = { running: 0, waiting: new Queue() };
    this.#shares.set(owner, share);
    return share;
  }

  #mayStart(share: Share): boolean {
    return this.#running < this.#runningMax && share.running < this.#runningPerOwnerMax;
  }

  /** The owner goes to the end of the line. */
  #start(owner: string, share: Share): void {
    share.running += 1;
    this.#running += 1;
    this.#shares.delete(owner);
    this.#shares.set(owner, share);
  }

  #startNext(): void {
    for (const [owner, share] of this.#shares) {
      if (this.#running >= this.#runningMax) return;
      if (!this.#mayStart(share)) continue;
      const wake = share.waiting.shift();
      if (wake === undefined) continue;
      this.#start(owner, share);
      wake();
      return;
    }
  }
}
