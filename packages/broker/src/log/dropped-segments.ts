import type { Disk } from '../deps.ts';
import type { Segment } from './segment.ts';

/** Segments that are not part of their log any more, and whose files may still be there. */
export class DroppedSegments {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #segments: Segment[] = [];

  constructor(disk: Disk, dir: string) {
    this.#disk = disk;
    this.#dir = dir;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
  }

  /**
   * Oldest first, and none before all older ones are gone for good: where the disk refuses, or the power goes,
   * the next start would read a log with a hole in it.
   */
  async remove(): Promise<void> {
    for (let [first] = this.#segments; first !== undefined; [first] = this.#segments) {
      await first.remove();
      await this.#disk.syncDir(this.#dir);
      if (this.#segments[0] === first) this.#segments.shift();
    }
  }
}
