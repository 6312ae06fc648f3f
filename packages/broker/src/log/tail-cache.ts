import type { Frame } from '../memory/frame-pool.ts';
import { Queue } from '../memory/queue.ts';

/** One appended batch, still in the frame that it came in. */
export interface TailEntry {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly view: Buffer;
  readonly frame: Frame;
  readonly tail: Tail;
  /** Bytes of memory that go with this entry: the first entry of a frame answers for all of it. */
  readonly charge: number;
}

/**
 * Recently appended batches of all partitions, oldest out first. It takes frames over as they are:
 * consumers that keep up are served without a copy and without the disk.
 */
export class TailCache {
  readonly #bytesMax: number;
  readonly #entries = new Queue<TailEntry>();
  #bytes = 0;
  /** Batches that went to make room. */
  dropped = 0;
  #lastFrame: Frame | null = null;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(tail: Tail, baseOffset: number, lastOffset: number, view: Buffer, frame: Frame): void {
    const charge = frame === this.#lastFrame ? 0 : frame.buffer.length;
    if (charge > this.#bytesMax) {
      // Larger than the cache: it would only push everything else out, and then itself.
      tail.clear();
      return;
    }
    this.#lastFrame = frame;
    frame.retain();
    const entry: TailEntry = { baseOffset, lastOffset, view, frame, tail, charge };
    this.#entries.push(entry);
    tail.entries.push(entry);
    this.#bytes += charge;
    while (this.#bytes > this.#bytesMax) this.#dropOldest();
  }

  /** Lets go of everything: what was cached is read from disk. */
  clear(): void {
    while (this.#entries.length > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.#bytes -= entry.charge;
    this.dropped += 1;
    if (entry.tail.entries.first() === entry) entry.tail.entries.shift();
    if (entry.frame === this.#lastFrame) this.#lastFrame = null;
    entry.frame.release();
  }
}

/** One partition's part of the cache: its newest batches, without a gap, up to the log end. */
export class Tail {
  readonly entries = new Queue<TailEntry>();

  /** The first offset that can be read from here, or Infinity when nothing can. */
  get firstOffset(): number {
    return this.entries.first()?.baseOffset ?? Number.POSITIVE_INFINITY;
  }

  /** After a cut of the log or a gap: what is cached is not the log's any more. The cache lets go in its own time. */
  clear(): void {
    this.entries.clear();
  }

  /** Index of the entry that holds `offset`; the offset must not lie before firstOffset. */
  indexOf(offset: number): number {
    let low = 0;
    let high = this.entries.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.entries.at(middle);
      if (entry !== undefined && entry.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
