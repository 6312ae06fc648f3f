import type { Disk, DiskFile } from '../deps.ts';
import { AbortedIndex, type AbortedTransaction } from './aborted-index.ts';
import { OffsetIndex } from './offset-index.ts';
import { TimeIndex } from './time-index.ts';

/** Kafka's default index.interval.bytes. */
const indexIntervalBytes = 4096;

/** The name Kafka gives to the files of the segment that begins at this offset. */
export function segmentFile(dir: string, baseOffset: number, kind: SegmentFileKind): string {
  return `${dir}/${String(baseOffset).padStart(20, '0')}.${kind}`;
}

export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot';

/** All that there may be of a segment. */
export const segmentFileKinds = ['log', 'index', 'timeindex', 'txnindex', 'snapshot'] as const;

/** What a scan or an append tells of one batch. */
export interface BatchPlace {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  readonly length: number;
}

/**
 * A run of the log from `baseOffset` on, in Kafka's file formats. Positions are given out at once as
 * batches are accepted (`place`); their bytes follow through the log's writer.
 */
export class Segment {
  readonly baseOffset: number;
  readonly dir: string;
  /** Bytes given out; the file is shorter while writes are under way. */
  size = 0;
  maxTimestamp = -1;
  /** When the first batch came, by the broker's clock or the index's first timestamp: what segment.ms counts from. */
  firstTimestamp: number | null = null;
  offsets: OffsetIndex;
  times: TimeIndex;
  aborted: AbortedIndex;
  #maxTimestampOffset: number;
  #bytesSinceEntry = 0;
  #file: Promise<DiskFile> | null = null;
  #durableFile: Promise<DiskFile> | null = null;
  #offsetsFlushed = 0;
  #timesFlushed = 0;
  #flushed: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isAbortedFlushing = false;
  /** Bytes of it cannot be read, though they were synced: what they held is refused, never passed over in silence. */
  isDamaged = false;
  readonly #disk: Disk;

  constructor(disk: Disk, dir: string, baseOffset: number) {
    this.#disk = disk;
    this.dir = dir;
    this.baseOffset = baseOffset;
    this.offsets = new OffsetIndex(baseOffset);
    this.times = new TimeIndex(baseOffset);
    this.aborted = new AbortedIndex(disk, segmentFile(dir, baseOffset, 'txnindex'));
    this.#maxTimestampOffset = baseOffset;
  }

  /** The log file, opened on first use and kept. Rejects once the segment is closed: opening would make it anew. */
  file(): Promise<DiskFile> {
    if (this.#isClosed) return Promise.reject(this.#closed());
    this.#file ??= this.#disk.open(segmentFile(this.dir, this.baseOffset, 'log')).catch((cause: unknown) => {
      this.#file = null;
      throw cause;
    });
    return this.#file;
  }

  /** The log file as one whose writes are durable when they return. */
  async durableFile(): Promise<DiskFile> {
    // It is there once it was opened otherwise.
    await this.file();
    if (this.#isClosed) throw this.#closed();
    const path = segmentFile(this.dir, this.baseOffset, 'log');
    this.#durableFile ??= this.#disk.open(path, 'durable').catch((cause: unknown) => {
      this.#durableFile = null;
      throw cause;
    });
    return this.#durableFile;
  }

  #closed(): Error {
    return new Error(`segment ${this.baseOffset} of ${this.dir} is closed`);
  }

  /** Goes on at `position` though what lies before it could not be read whole. */
  skipDamage(position: number): void {
    this.isDamaged = true;
    this.size = position;
    this.#bytesSinceEntry = indexIntervalBytes + 1;
  }

  /** Gives the next batch its position, and the indexes their entry when one is due. */
  place(batch: BatchPlace, now: number): number {
    const position = this.size;
    if (batch.maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = batch.maxTimestamp;
      this.#maxTimestampOffset = batch.lastOffset;
    }
    this.firstTimestamp ??= now;
    if (this.#bytesSinceEntry > indexIntervalBytes) {
      this.offsets.append(batch.lastOffset, position);
      this.times.maybeAppend(this.maxTimestamp, this.#maxTimestampOffset);
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += batch.length;
    this.size += batch.length;
    return position;
  }

  /**
   * Takes over what the index files say of the bytes before `position`, if it is sound. Those of a sealed
   * segment must say nothing else; to the others a crash may have added entries, or a part of one.
   */
  async loadIndexes(position: number, nextOffset: number, isSealed: boolean): Promise<boolean> {
    const offsetBytes = await this.#disk.readWhole(segmentFile(this.dir, this.baseOffset, 'index'));
    const timeBytes = await this.#disk.readWhole(segmentFile(this.dir, this.baseOffset, 'timeindex'));
    if (offsetBytes === null || timeBytes === null) return false;
    const offsets = new OffsetIndex(this.baseOffset, offsetBytes);
    const times = new TimeIndex(this.baseOffset, timeBytes);
    offsets.cutFrom(position);
    times.cutFrom(nextOffset);
    if (!offsets.isSane(position) || !times.isSane()) return false;
    if (isSealed && (offsets.length !== offsetBytes.length || times.length !== timeBytes.length))
      return false;
    this.offsets = offsets;
    this.times = times;
    this.size = position;
    const last = times.last();
    this.maxTimestamp = last?.timestamp ?? -1;
    this.#maxTimestampOffset = last?.offset ?? this.baseOffset;
    this.firstTimestamp = times.firstTimestamp;
    // How far back the last entry lies is not known: the next batch gets one.
    this.#bytesSinceEntry = position === 0 ? 0 : indexIntervalBytes + 1;
    return true;
  }

  /** Gives the youngest record so far an entry of its own, for a start that will not read what lies before it. */
  indexYoungest(): void {
    this.times.maybeAppend(this.maxTimestamp, this.#maxTimestampOffset);
  }

  /** Writes the indexes' new entries to their files, with one for the youngest record so far. */
  flushIndexes(): Promise<void> {
    // One after the other: two at once would truncate each other's tail.
    this.#flushed = this.#flushed.then(() => this.#flushBoth());
    return this.#flushed;
  }

  async #flushBoth(): Promise<void> {
    this.indexYoungest();
    this.#offsetsFlushed = await this.#flush('index', this.offsets, this.#offsetsFlushed);
    this.#timesFlushed = await this.#flush('timeindex', this.times, this.#timesFlushed);
    await this.aborted.flush(true);
  }

  /** A transaction that was aborted, whose marker lies here. Entries that become many are written at once. */
  addAborted(transaction: AbortedTransaction): void {
    this.aborted.add(transaction);
    if (!this.aborted.isDue || this.#isAbortedFlushing) return;
    this.#isAbortedFlushing = true;
    this.#flushed = this.#flushed
      .then(() => this.aborted.flush(false))
      .finally(() => {
        this.#isAbortedFlushing = false;
      });
    // Whoever flushes next is told of it.
    this.#flushed.catch(() => undefined);
  }

  async #flush(kind: SegmentFileKind, index: OffsetIndex | TimeIndex, flushed: number): Promise<number> {
    const length = index.length;
    const file = await this.#disk.open(segmentFile(this.dir, this.baseOffset, kind));
    try {
      // A copy: the index may grow, and move, while the write is under way.
      if (length > flushed) await file.write([Buffer.from(index.bytesFrom(flushed))], flushed);
      if (flushed === 0) await file.truncate(length);
      await file.sync();
    } finally {
      await file.close();
    }
    return length;
  }

  /** For good: whatever of the log is still under way may not open the file again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const files = [this.#file, this.#durableFile];
    this.#file = null;
    this.#durableFile = null;
    for (const file of files) await (await file)?.close();
  }

  /** Removes all files of the segment. */
  async remove(): Promise<void> {
    await this.close();
    // A flush under way would make a file anew.
    await this.#flushed.catch(() => undefined);
    for (const kind of segmentFileKinds) {
      await this.#disk.remove(segmentFile(this.dir, this.baseOffset, kind));
    }
  }
}
