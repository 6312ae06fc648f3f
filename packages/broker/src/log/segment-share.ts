import type { LogOptions } from './log-options.ts';

export interface LogBounds {
  /** Bytes after which the recovery point of a log moves up. */
  readonly recoveryDistanceBytesMax: number;
  /** Least time after which a segment is rolled, whatever segment.ms says. */
  readonly segmentMsMin: number;
  readonly segmentBytesMin: number;
  /** Sealed segments over all logs of a cluster. */
  readonly segmentsPerClusterMax: number;
  /** From there on a segment is rolled at this size, or at segment.bytes if that is more. */
  readonly segmentBytesWhenManyMin: number;
}

/**
 * The sealed segments of one cluster. Each costs files, names and an index in memory, and how many there are
 * follows from what the tenant configures; so past a bound they become longer rather than more.
 */
export class SegmentShare {
  readonly bounds: LogBounds;
  readonly #postponed: () => void;
  #sealed = 0;

  /** `postponed` is told each time that a segment goes on because there are too many. */
  constructor(bounds: LogBounds, postponed: () => void) {
    this.bounds = bounds;
    this.#postponed = postponed;
  }

  get sealed(): number {
    return this.#sealed;
  }

  /** Segments were sealed, or, if negative, removed or closed. */
  change(count: number): void {
    this.#sealed += count;
  }

  /** Whether a segment that has bytes must end before a batch that makes it `size` long. */
  mustRoll(options: LogOptions, size: number, ageMs: number): boolean {
    const { segmentMsMin, segmentBytesMin, segmentsPerClusterMax, segmentBytesWhenManyMin } = this.bounds;
    const isDue =
      size > Math.max(options.segmentBytes, segmentBytesMin) ||
      ageMs > Math.max(options.segmentMs, segmentMsMin);
    if (!isDue || this.#sealed < segmentsPerClusterMax) return isDue;
    if (size > Math.max(options.segmentBytes, segmentBytesWhenManyMin)) return true;
    this.#postponed();
    return false;
  }
}
