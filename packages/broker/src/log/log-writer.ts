import type { Clock } from '../deps.ts';
import { durableWriteBytesMax, segmentWriteBuffersMax, segmentWriteBytesMax } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { Queue } from '../memory/queue.ts';
import type { Segment } from './segment.ts';

/** `fsync`: an offset counts once fdatasync returned; `os`: once the operating system has the bytes. */
export type Durability = 'fsync' | 'os';

export interface PendingWrite {
  readonly segment: Segment;
  readonly position: number;
  readonly view: Buffer;
  readonly frame: Frame;
  /** The offset behind the batch. */
  readonly endOffset: number;
}

export interface WriterEvents {
  /** Everything before `endOffset` is as durable as the log promises. */
  durable(endOffset: number): void;
  /** Called once; nothing is written after it. */
  failed(cause: unknown): void;
  /** The segment got its last byte, and another one follows it. */
  seal(segment: Segment): Promise<void>;
}

/**
 * Moves accepted batches to disk: what gathered in a tick goes out in one vectored write, and one
 * fdatasync covers all that was written while the one before it ran. A little, written while nothing waits
 * for a sync, is made durable by its write: one call of the system to wait for, not two.
 */
export class LogWriter {
  readonly #clock: Clock;
  readonly #durability: Durability;
  readonly #events: WriterEvents;
  readonly #pending = new Queue<PendingWrite>();
  /** Where writing goes on, once what is pending for the present segment is written; null: there. */
  #next: Segment | null = null;
  readonly #movers = new Map<Segment, () => void>();
  readonly #waiting: { readonly endOffset: number; readonly resolve: () => void }[] = [];
  #scheduled = false;
  #writing = false;
  #syncing = false;
  #failed = false;
  #writeLoop: Promise<void> = Promise.resolve();
  #syncLoop: Promise<void> = Promise.resolve();
  /** The segment last written to: leaving it seals it, also when another life of the broker wrote it. */
  #current: Segment;
  #written: number;
  #durable: number;
  /** Bytes accepted and not yet written. */
  bytesPending = 0;

  constructor(
    clock: Clock,
    durability: Durability,
    active: Segment,
    endOffset: number,
    events: WriterEvents,
  ) {
    this.#clock = clock;
    this.#durability = durability;
    this.#current = active;
    this.#written = endOffset;
    this.#durable = endOffset;
    this.#events = events;
  }

  /** Takes a reference on the frame until its bytes are written. Writes must come in order of position. */
  enqueue(write: PendingWrite): void {
    write.frame.retain();
    this.bytesPending += write.view.length;
    this.#pending.push(write);
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      if (!this.#writing) this.#writeLoop = this.#writeAll();
    });
  }

  /** Seals the segment and goes on in `next`, also if nothing is to be written yet. Resolves then, or when it has failed. */
  moveTo(next: Segment): Promise<void> {
    if (this.#failed) return Promise.resolve();
    this.#next = next;
    const moved = new Promise<void>((resolve) => this.#movers.set(next, resolve));
    if (!this.#writing) this.#writeLoop = this.#writeAll();
    return moved;
  }

  /** Resolves when everything before `endOffset` is durable, or the writer has failed. */
  reached(endOffset: number): Promise<void> {
    if (this.#failed || this.#durable >= endOffset) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ endOffset, resolve }));
  }

  /** The log has failed otherwise: nothing more is written, and nothing is told that becomes durable from now on. */
  abort(cause: unknown): void {
    this.#fail(cause);
  }

  /** Resolves when nothing is under way on the disk: a write that outlives its log would land in the next one. */
  async idle(): Promise<void> {
    while (this.#writing || this.#syncing) await Promise.all([this.#writeLoop, this.#syncLoop]);
  }

  async #writeAll(): Promise<void> {
    if (this.#writing || this.#failed) return;
    this.#writing = true;
    try {
      for (let segment = this.#due(); segment !== null && !this.#failed; segment = this.#due())
        await this.#writeRun(segment);
    } catch (cause) {
      this.#fail(cause);
    }
    this.#writing = false;
  }

  /** The segment that is to be written to, or to be begun; null: nothing is to be done. */
  #due(): Segment | null {
    const segment = this.#pending.first()?.segment ?? this.#next;
    if (segment === this.#next) this.#next = null;
    return segment;
  }

  async #writeRun(segment: Segment): Promise<void> {
    if (this.#current !== segment) {
      await this.#syncBeforeSeal(this.#current);
      await this.#events.seal(this.#current);
    }
    this.#current = segment;
    this.#moved(segment);
    const first = this.#pending.first();
    if (first?.segment !== segment) return;
    const file = await segment.file();
    const run = this.#takeRun(segment);
    const isAllDurable = this.#durable === this.#written && !this.#syncing;
    const inOne = this.#durability === 'fsync' && isAllDurable && run.bytes <= durableWriteBytesMax;
    try {
      const target = inOne ? await segment.durableFile() : file;
      await target.write(run.views, first.position);
    } finally {
      for (const frame of run.frames) frame.release();
    }
    this.#written = run.endOffset;
    this.bytesPending -= run.bytes;
    if (inOne || this.#durability === 'os') this.#advance(run.endOffset);
    else if (!this.#syncing) this.#syncLoop = this.#syncAll();
  }

  #takeRun(segment: Segment): { views: Buffer[]; frames: Frame[]; bytes: number; endOffset: number } {
    const run = { views: [] as Buffer[], frames: [] as Frame[], bytes: 0, endOffset: 0 };
    for (;;) {
      const next = this.#pending.first();
      if (next === undefined || next.segment !== segment) return run;
      if (run.views.length === segmentWriteBuffersMax) return run;
      if (run.bytes > 0 && run.bytes + next.view.length > segmentWriteBytesMax) return run;
      this.#pending.shift();
      run.views.push(next.view);
      run.frames.push(next.frame);
      run.bytes += next.view.length;
      run.endOffset = next.endOffset;
    }
  }

  async #syncBeforeSeal(segment: Segment): Promise<void> {
    const target = this.#written;
    await (await segment.file()).sync();
    if (this.#durability === 'fsync') this.#advance(target);
  }

  async #syncAll(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    try {
      while (this.#durable < this.#written && !this.#failed) {
        const target = this.#written;
        await (await this.#current.file()).sync();
        this.#advance(target);
      }
    } catch (cause) {
      this.#fail(cause);
    }
    this.#syncing = false;
  }

  #moved(segment: Segment): void {
    this.#movers.get(segment)?.();
    this.#movers.delete(segment);
  }

  #advance(endOffset: number): void {
    if (this.#failed || endOffset <= this.#durable) return;
    this.#durable = endOffset;
    this.#events.durable(endOffset);
    this.#wake();
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter((waiter) => this.#failed || waiter.endOffset <= this.#durable);
    for (const waiter of ready) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.resolve();
    }
  }

  #fail(cause: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    for (let write = this.#pending.shift(); write !== undefined; write = this.#pending.shift()) {
      write.frame.release();
    }
    this.#events.failed(cause);
    this.#wake();
    for (const segment of [...this.#movers.keys()]) this.#moved(segment);
  }
}
