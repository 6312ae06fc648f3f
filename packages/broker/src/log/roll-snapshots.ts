import type { Clock } from '../deps.ts';
import { largeRollSnapshotMs, rollSnapshotBytesSmall } from '../limits.ts';
import type { LogState } from './log-state.ts';
import type { Segment } from './segment.ts';

/** Producer states as they were when each segment ended whose next one is not on disk yet; null: none is to be kept. */
export class RollSnapshots {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #state: LogState;
  readonly #snapshots = new Map<Segment, Buffer | null>();
  #takenAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs'>, state: LogState) {
    this.#clock = clock;
    this.#state = state;
  }

  /** The segment ends now. */
  take(segment: Segment): void {
    this.#snapshots.set(segment, this.#snapshot());
  }

  /**
   * Kept for Kafka's tools; a start reads the one beside the recovery point. So where rolls follow each other
   * quickly, one of many producers is not made each time.
   */
  #snapshot(): Buffer | null {
    const now = this.#clock.monotonicMs();
    const isRecent = now - this.#takenAtMs < largeRollSnapshotMs;
    if (this.#state.snapshotBytes > rollSnapshotBytesSmall && isRecent) return null;
    this.#takenAtMs = now;
    return this.#state.snapshot();
  }

  has(segment: Segment): boolean {
    return this.#snapshots.has(segment);
  }

  /** Undefined: the segment has not ended, or its next one is on disk. */
  get(segment: Segment): Buffer | null | undefined {
    return this.#snapshots.get(segment);
  }

  delete(segment: Segment): void {
    this.#snapshots.delete(segment);
  }
}
