import type { Disk } from '../deps.ts';
import { type Segment, segmentFile } from './segment.ts';

/** The copy of a segment that is to take its place; a start that finds one removes it. */
export const compactedFile = (dir: string, baseOffset: number): string =>
  `${segmentFile(dir, baseOffset, 'log')}.cleaned`;

export interface SwappedLog {
  readonly dir: string;
  readonly segments: Segment[];
  /** It has failed, or is being closed. */
  isOver(): boolean;
  /** The disk refused in the middle: what is in memory and what is on the disk may differ. */
  fail(cause: unknown): void;
}

/** Puts compacted copies in the place of segments, one at a time. Who reads meanwhile waits, and looks again. */
export class SegmentSwaps {
  /** How many have begun. */
  begun = 0;
  readonly #disk: Disk;
  readonly #log: SwappedLog;
  #underWay: Promise<void> | null = null;

  constructor(disk: Disk, log: SwappedLog) {
    this.#disk = disk;
    this.#log = log;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** Until none is under way. Never rejects. */
  async settled(): Promise<void> {
    while (this.#underWay !== null) await this.#underWay;
  }

  /**
   * `fresh` begins where `old` does, and its bytes, which are synced, are the copy's. Says whether it has taken its
   * place: not where the old one is no part of the log any more.
   *
   * At every moment a start finds the old bytes or the new ones under the segment's name, and with the new ones no index
   * of the old: it makes one that is missing anew.
   */
  async swap(old: Segment, fresh: Segment): Promise<boolean> {
    await this.settled();
    if (this.#log.isOver() || !this.#log.segments.includes(old)) return false;
    this.begun += 1;
    const swapping = this.#swap(old, fresh).catch((cause: unknown) => this.#log.fail(cause));
    this.#underWay = swapping.finally(() => {
      this.#underWay = null;
    });
    await swapping;
    return this.#log.segments.includes(fresh);
  }

  async #swap(old: Segment, fresh: Segment): Promise<void> {
    const { dir, segments } = this.#log;
    // After this nobody reads the old file, under whose name the new one is about to be.
    await old.close();
    for (const kind of ['index', 'timeindex'] as const) {
      await this.#disk.remove(segmentFile(dir, old.baseOffset, kind));
    }
    await this.#disk.syncDir(dir);
    await this.#disk.rename(compactedFile(dir, old.baseOffset), segmentFile(dir, old.baseOffset, 'log'));
    await this.#disk.syncDir(dir);
    // Markers stay where they are, and so does the file that tells of them.
    fresh.aborted = old.aborted;
    segments[segments.indexOf(old)] = fresh;
    await fresh.flushIndexes();
  }
}
