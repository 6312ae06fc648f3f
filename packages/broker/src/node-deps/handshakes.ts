import type { Clock } from '../deps.ts';
import {
  connectionsUnauthenticatedMax,
  connectionsUnauthenticatedPerAddressMax,
  handshakesAtOnceMax,
  handshakesPerSecMax,
  handshakesUnderWayMax,
  handshakesUnderWayPerAddressMax,
} from '../limits.ts';
import { Crowd } from '../memory/crowd.ts';

/** A connection on which nothing has been read yet. */
export interface Newcomer {
  readonly remoteAddress: string;
  /** Reads what it says, and answers. */
  begin(): void;
  /** It had to go, as too many came. */
  displaced(): void;
}

/**
 * Lets handshakes begin: so many in a second, one address after the other, and so many under way. One that has not begun
 * holds a socket and costs no cryptography.
 */
export class Handshakes {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly #waiting = new Crowd<Newcomer>(
    connectionsUnauthenticatedMax,
    connectionsUnauthenticatedPerAddressMax,
    (newcomer) => newcomer.displaced(),
  );
  readonly #underWay = new Crowd<Newcomer>(
    handshakesUnderWayMax,
    handshakesUnderWayPerAddressMax,
    (newcomer) => newcomer.displaced(),
  );
  /** How many may begin now, and since when that is so. */
  #credit = handshakesAtOnceMax;
  #creditAtMs: number;
  #isScheduled = false;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'after'>) {
    this.#clock = clock;
    this.#creditAtMs = clock.monotonicMs();
  }

  arrived(newcomer: Newcomer): void {
    this.#waiting.arrived(newcomer);
    this.#beginSome();
  }

  /** Its handshake is done, or its connection has ended. */
  left(newcomer: Newcomer): void {
    this.#waiting.left(newcomer);
    this.#underWay.left(newcomer);
  }

  #beginSome(): void {
    const now = this.#clock.monotonicMs();
    const earned = ((now - this.#creditAtMs) * handshakesPerSecMax) / 1_000;
    this.#credit = Math.min(handshakesAtOnceMax, this.#credit + earned);
    this.#creditAtMs = now;
    while (this.#credit >= 1) {
      const next = this.#waiting.takeNext();
      if (next === null) return;
      this.#credit -= 1;
      this.#underWay.arrived(next);
      next.begin();
    }
    if (this.#isScheduled || this.#waiting.count === 0) return;
    this.#isScheduled = true;
    this.#clock.after(1_000 / handshakesPerSecMax, () => {
      this.#isScheduled = false;
      this.#beginSome();
    });
  }
}
