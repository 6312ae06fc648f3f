import { partitionLeaderEpoch } from '@weir/kafka-protocol/record-batch';
import type { Deps } from '../deps.ts';
import { emptiedSegmentBytesMin } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { type RecoveryPoint, writeLeaderEpochs, writeRecoveryPoint } from './checkpoint.ts';
import { DroppedSegments } from './dropped-segments.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LogEvents } from './log-events.ts';
import type { LogOptions } from './log-options.ts';
import { writeLogStart } from './log-start.ts';
import type { LogState } from './log-state.ts';
import { LogWriter } from './log-writer.ts';
import { ReadHints } from './read-hints.ts';
import type { RecoveredLog } from './recovered-log.ts';
import { isPastRetention } from './retention.ts';
import { RollSnapshots } from './roll-snapshots.ts';
import { type BatchPlace, Segment, segmentFile } from './segment.ts';
import type { SegmentShare } from './segment-share.ts';
import { SegmentSwaps } from './segment-swaps.ts';
import { Tail, type TailCache } from './tail-cache.ts';

type LogDeps = Pick<Deps, 'clock' | 'disk' | 'log'>;

/**
 * One partition's batches on disk. Appends are accepted at once, in order, and become durable in the
 * background; what is durable is told through the events. Offsets are decided by the caller.
 */
export class PartitionLog {
  readonly dir: string;
  readonly tail = new Tail();
  readonly readHints = new ReadHints();
  readonly segments: Segment[];
  readonly epochs: LeaderEpochs;
  readonly #deps: LogDeps;
  readonly #cache: TailCache;
  readonly #writer: LogWriter;
  readonly #events: LogEvents;
  readonly #state: LogState;
  readonly #share: SegmentShare;
  readonly swaps: SegmentSwaps;
  #isClosing = false;
  #isCounted = true;
  #options: LogOptions;
  #active: Segment;
  #endOffset: number;
  #recoveryPoint: RecoveryPoint;
  #deletedBefore: number;
  #deleting: Promise<void> = Promise.resolve();
  #bytesSinceRecoveryPoint = 0;
  #checkpointing: Promise<void> | null = null;
  #failure: unknown = null;
  readonly #dropped: DroppedSegments;
  /** Removals of segments under way: what they remove must not be read as a log again meanwhile. */
  readonly #removals = new Set<Promise<unknown>>();
  readonly #rollSnapshots: RollSnapshots;
  #rollRequested = false;

  constructor(
    deps: LogDeps,
    dir: string,
    cache: TailCache,
    state: LogState,
    options: LogOptions,
    recovered: RecoveredLog,
    events: LogEvents,
    share: SegmentShare,
  ) {
    this.#deps = deps;
    this.dir = dir;
    this.#cache = cache;
    this.#state = state;
    this.#options = options;
    this.segments = recovered.segments;
    this.epochs = recovered.epochs;
    this.#share = share;
    this.#dropped = new DroppedSegments(deps.disk, dir);
    this.#rollSnapshots = new RollSnapshots(deps.clock, state);
    this.swaps = new SegmentSwaps(deps.disk, {
      dir,
      segments: this.segments,
      isOver: () => this.isOver,
      fail: (cause) => this.#fail(cause),
    });
    share.change(Math.max(this.segments.length - 1, 0));
    this.#active = recovered.segments.at(-1) ?? this.#addSegment(recovered.endOffset);
    this.#endOffset = recovered.endOffset;
    this.#recoveryPoint = recovered.recoveryPoint;
    this.#deletedBefore = recovered.deletedBefore;
    this.#events = events;
    this.#writer = new LogWriter(deps.clock, options.durability, this.#active, recovered.endOffset, {
      durable: (endOffset) => events.durable(endOffset),
      failed: (cause) => this.#fail(cause),
      seal: (segment) => this.#seal(segment),
    });
  }

  /** Records before it were deleted; 0: none were. */
  get deletedBefore(): number {
    return this.#deletedBefore;
  }

  /** The first that readers find. */
  get startOffset(): number {
    return Math.max(this.firstOffset, this.#deletedBefore);
  }

  /** Where the bytes begin: a segment, and a batch, is there as a whole, also where a part of it was deleted. */
  get firstOffset(): number {
    return this.segments[0]?.baseOffset ?? this.#endOffset;
  }

  /** The offset that the next record gets. */
  get endOffset(): number {
    return this.#endOffset;
  }

  get bytesPending(): number {
    return this.#writer.bytesPending;
  }

  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Nothing more is to be done with it in the background. */
  get isOver(): boolean {
    return this.failed || this.#isClosing;
  }

  /** Of what its producers wrote last, the offsets. */
  get producersLast(): readonly number[] {
    return this.#state.lastOffsets();
  }

  set options(options: LogOptions) {
    this.#options = options;
  }

  get options(): LogOptions {
    return this.#options;
  }

  /** Segments of which bytes cannot be read, as far as the start saw. */
  get damagedSegments(): number {
    return this.segments.reduce((sum, segment) => sum + (segment.isDamaged ? 1 : 0), 0);
  }

  /** Bytes of all segments. */
  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /**
   * Accepts one batch, whose header already carries its offsets. `view` lies in `frame`, which is kept
   * until the bytes are on disk, and longer by the tail cache if it is `isTail`: of a copy of what has long been
   * written nothing is soon read, and it would push out what is.
   */
  append(batch: BatchPlace, view: Buffer, frame: Frame, isTail = true): void {
    if (this.#failure !== null) throw new Error('append to a failed log', { cause: this.#failure });
    const now = this.#deps.clock.now();
    if (this.#mustRoll(batch, now)) this.#roll(batch.baseOffset);
    const segment = this.#active;
    const position = segment.place(batch, now);
    // Only now: a segment that ended just before has its snapshot from before this batch.
    const aborted = this.#state.replay(view, 0);
    if (aborted !== null) segment.addAborted(aborted);
    this.epochs.assign(partitionLeaderEpoch(view, 0), batch.baseOffset);
    this.#endOffset = batch.lastOffset + 1;
    if (isTail) this.#cache.add(this.tail, batch.baseOffset, batch.lastOffset, view, frame);
    else this.tail.clear();
    this.#writer.enqueue({ segment, position, view, frame, endOffset: this.#endOffset });
    this.#bytesSinceRecoveryPoint += batch.length;
    const { recoveryDistanceBytesMax } = this.#share.bounds;
    const isFar = this.#bytesSinceRecoveryPoint > recoveryDistanceBytesMax;
    if (isFar && this.#checkpointing === null) this.#moveRecoveryPoint();
  }

  #mustRoll(batch: BatchPlace, now: number): boolean {
    const segment = this.#active;
    if (segment.size === 0) return false;
    if (this.#rollRequested) return true;
    // Index entries hold offsets relative to the segment in 31 bits.
    if (batch.lastOffset - segment.baseOffset > 0x7fff_ffff) return true;
    const ageMs = segment.firstTimestamp === null ? 0 : now - segment.firstTimestamp;
    return this.#share.mustRoll(this.#options, segment.size + batch.length, ageMs);
  }

  /** The next batch begins a segment of its own, so that all before it can be dropped. */
  rollBeforeNext(): void {
    this.#rollRequested = true;
  }

  #roll(baseOffset: number): void {
    this.#rollRequested = false;
    this.#rollSnapshots.take(this.#active);
    this.#active = this.#addSegment(baseOffset);
    this.#share.change(1);
  }

  #addSegment(baseOffset: number): Segment {
    const segment = new Segment(this.#deps.disk, this.dir, baseOffset);
    this.segments.push(segment);
    return segment;
  }

  /** The writer is about to leave the segment, whose bytes are synced: its indexes follow, and the next one's snapshot. */
  async #seal(segment: Segment): Promise<void> {
    await segment.flushIndexes();
    const next = this.segments[this.segments.indexOf(segment) + 1];
    const snapshot = this.#rollSnapshots.get(segment);
    if (next === undefined || snapshot === undefined) return;
    if (snapshot !== null) {
      await this.#deps.disk.replace(segmentFile(this.dir, next.baseOffset, 'snapshot'), snapshot);
    }
    await next.file();
    await this.#deps.disk.syncDir(this.dir);
    // Only now may it be removed: a log without a file would begin at offset 0 again.
    this.#rollSnapshots.delete(segment);
  }

  #moveRecoveryPoint(): void {
    this.#bytesSinceRecoveryPoint = 0;
    this.#checkpointing = this.#checkpoint()
      // A disk that cannot take a checkpoint cannot be trusted with the log.
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        this.#checkpointing = null;
      });
  }

  /** Makes all that was accepted so far durable, and a later start begin behind it. */
  async #checkpoint(): Promise<void> {
    const segment = this.#active;
    const point = { offset: this.#endOffset, segmentBaseOffset: segment.baseOffset, position: segment.size };
    // Now, not with the flush: a younger one that comes meanwhile would take its place, and may be lost in a crash.
    segment.indexYoungest();
    const snapshot = this.#state.snapshot();
    await this.#writer.reached(point.offset);
    if (this.#failure !== null) return;
    await (await segment.file()).sync();
    await segment.flushIndexes();
    await this.#deps.disk.replace(segmentFile(this.dir, point.offset, 'snapshot'), snapshot);
    // Before the point: behind it a start learns terms from the batches, before it from the file alone.
    if (this.epochs.isDirty) await this.#writeEpochs();
    await writeRecoveryPoint(this.#deps.disk, this.dir, point);
    await this.#dropSnapshot(this.#recoveryPoint.offset, point.offset);
    this.#recoveryPoint = point;
  }

  async #writeEpochs(): Promise<void> {
    this.epochs.isDirty = false;
    await writeLeaderEpochs(this.#deps.disk, this.dir, this.epochs.entries);
    await this.#deps.disk.syncDir(this.dir);
  }

  /** A snapshot taken in the middle of a segment has served once there is a later one. */
  async #dropSnapshot(offset: number, newest: number): Promise<void> {
    if (offset === newest || this.segments.some((segment) => segment.baseOffset === offset)) return;
    await this.#deps.disk.remove(segmentFile(this.dir, offset, 'snapshot'));
  }

  /**
   * Removes whole segments from the front as retention.ms and retention.bytes say. Where they say so of the
   * active one it ends, so that it can go as well: a log that nobody writes to keeps nothing for longer.
   */
  applyRetention(highWatermark: number): Promise<number> {
    return this.#whileRemoving(this.#applyRetention(highWatermark));
  }

  async #applyRetention(highWatermark: number): Promise<number> {
    let removed = 0;
    await this.#dropped.remove();
    for (let first = this.segments[0]; first !== undefined; first = this.segments[0]) {
      if (!isPastRetention(this.segments, this.#options, this.#deps.clock.now())) break;
      if (first === this.#active) {
        if (this.#failure !== null || this.#endOffset > highWatermark) break;
        this.#roll(this.#endOffset);
        await this.#writer.moveTo(this.#active);
      }
      if (!(await this.#dropFirst(highWatermark))) break;
      removed += 1;
    }
    return removed;
  }

  /** The log begins at `offset` for good once it resolves, and what lies wholly before is gone. KIP-107. */
  deleteBefore(offset: number): Promise<void> {
    // One after the other: what is written down last is what holds.
    const deletion = this.#whileRemoving(this.#deleting.then(() => this.#deleteBefore(offset)));
    this.#deleting = deletion.catch(() => undefined);
    return deletion;
  }

  async #deleteBefore(offset: number): Promise<void> {
    if (offset > this.startOffset) {
      await writeLogStart(this.#deps.disk, this.dir, offset);
      this.#deletedBefore = offset;
    }
    // Nothing is left of the active segment, which goes as well where it is worth one of its own.
    if (offset === this.#endOffset && this.#failure === null && this.#active.size >= emptiedSegmentBytesMin) {
      this.#roll(offset);
      await this.#writer.moveTo(this.#active);
    }
    await this.#dropBefore(offset);
  }

  /** Removes the segments that lie wholly before `offset`, oldest first, so that no crash leaves a gap between two. */
  dropBefore(offset: number): Promise<void> {
    return this.#whileRemoving(this.#dropBefore(offset));
  }

  async #dropBefore(offset: number): Promise<void> {
    await this.#dropped.remove();
    while (await this.#dropFirst(offset));
  }

  async #whileRemoving<T>(removal: Promise<T>): Promise<T> {
    this.#removals.add(removal);
    try {
      return await removal;
    } finally {
      this.#removals.delete(removal);
    }
  }

  /** Drops the first segment if all of it lies before `offset` and another one follows it on disk; says whether. */
  async #dropFirst(offset: number): Promise<boolean> {
    const [first, next] = this.segments;
    if (first === undefined || next === undefined || next.baseOffset > offset) return false;
    if (this.#rollSnapshots.has(first)) return false;
    // A start begins to read at the recovery point, with the producers as of then: it must not lie in what is removed.
    await this.recoverBehind(next.baseOffset);
    await this.swaps.settled();
    if (this.#failure !== null || this.segments[0] !== first) return false;
    // Nobody reads it from now on.
    this.segments.shift();
    if (this.#isCounted) this.#share.change(-1);
    this.#dropped.add(first);
    this.epochs.cutBefore(this.firstOffset);
    await this.#dropped.remove();
    return true;
  }

  /** A start begins to read in the segment that begins at `offset`, or later, and leaves those before it unread. */
  async recoverBehind(offset: number): Promise<void> {
    while (this.#failure === null && this.#recoveryPoint.segmentBaseOffset < offset) {
      if (this.#checkpointing === null) this.#moveRecoveryPoint();
      await this.#checkpointing;
    }
  }

  /** Waits for what is under way, leaves a recovery point at the end and lets the files go. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#writer.reached(this.#endOffset);
    await this.#checkpointing;
    await this.#settled();
    const isBehind = this.#recoveryPoint.offset !== this.#endOffset || this.epochs.isDirty;
    if (this.#failure === null && isBehind) await this.#checkpoint();
    this.tail.clear();
    await this.#closeSegments();
  }

  /** After a failure: resolves when the log touches its files no more, so that they can be read again. */
  async abandoned(): Promise<void> {
    this.#isClosing = true;
    await this.#writer.idle();
    await this.#checkpointing;
    await this.#settled();
    await this.#closeSegments();
  }

  /** The same of a sound log, to which nobody appends any more: what was accepted is on disk. */
  async retired(): Promise<void> {
    await this.#writer.reached(this.#endOffset);
    await this.abandoned();
  }

  async #settled(): Promise<void> {
    await this.swaps.settled();
    await Promise.allSettled(this.#removals);
  }

  async #closeSegments(): Promise<void> {
    if (this.#isCounted) this.#share.change(1 - this.segments.length);
    this.#isCounted = false;
    for (const segment of this.segments) await segment.close();
  }

  #fail(cause: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = cause;
    // Its late word would count for the log that is read anew, of which it knows nothing.
    this.#writer.abort(cause);
    this.#deps.log.error('log.failed', { dir: this.dir }, cause);
    this.#events.failed(cause);
  }
}
