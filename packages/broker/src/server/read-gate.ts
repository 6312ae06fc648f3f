import type { Clock, Transport } from '../deps.ts';
import { pauseProbeMs, probeMs } from '../limits.ts';

/**
 * Whether a connection is read from. Only reading tells that a client is gone, so one that is kept waiting
 * is listened to now and then: a chunk may come in, not more.
 */
export class ReadGate {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly #transport: Pick<Transport, 'pause' | 'resume'>;
  #isReading = true;
  #probedMs = 0;
  /** Since when it is kept waiting, monotonic milliseconds; null: it is not. */
  shutSinceMs: number | null = null;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'after'>, transport: Pick<Transport, 'pause' | 'resume'>) {
    this.#clock = clock;
    this.#transport = transport;
  }

  /** Opens or shuts, or waits for a turn to read; returns whether it was opened. */
  update(mustShut: boolean, awaitsTurn: boolean): boolean {
    const wasShut = this.shutSinceMs !== null;
    if (!mustShut) {
      this.shutSinceMs = null;
      this.#read(!awaitsTurn);
      return wasShut;
    }
    if (this.#isReading || !wasShut) {
      this.#probedMs = this.#clock.monotonicMs();
      this.shutSinceMs ??= this.#probedMs;
      this.#read(false);
    }
    return false;
  }

  /** Listens for a moment if that has not been done for a while. */
  probe(): void {
    const now = this.#clock.monotonicMs();
    if (this.shutSinceMs === null || this.#isReading || now - this.#probedMs < pauseProbeMs) return;
    this.#probedMs = now;
    this.#read(true);
    this.#clock.after(probeMs, () => {
      if (this.shutSinceMs !== null) this.#read(false);
    });
  }

  #read(mustRead: boolean): void {
    if (mustRead === this.#isReading) return;
    this.#isReading = mustRead;
    if (mustRead) this.#transport.resume();
    else this.#transport.pause();
  }
}
