import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
} from '@weir/kafka-protocol/record-batch';
import type { Deps, DiskFile } from '../deps.ts';
import { compactionChunkBytes, requestBytesMax } from '../limits.ts';
import { abortedBetween } from './aborted-index.ts';
import { isWholeBatch, placeOf } from './batch-scan.ts';
import { keyTableBytes } from './compaction-keys.ts';
import type { CompactionPlan, CompactionRules } from './compaction-plan.ts';
import type { AbortedSpan, CleanTask, CompactionAnswer, CompactionTask } from './compaction-task.ts';
import type { PartitionLog } from './partition-log.ts';
import { Segment } from './segment.ts';
import { compactedFile } from './segment-swaps.ts';

export interface CompactionDeps extends Pick<Deps, 'clock' | 'disk'> {
  readonly plainBytesMax: number;
  /** Of the table of keys. */
  readonly slotsMax: number;
  /** In a worker, one piece after the other, with rests between. */
  run(task: CompactionTask): Promise<CompactionAnswer>;
}

/** What came of it. */
export interface Compacted {
  /** Up to there the log is compacted. */
  readonly compactedTo: number;
  readonly recordsRemoved: number;
  readonly bytesFreed: number;
}

/** The log was closed, or has failed, meanwhile: what was done stays done. */
export class CompactionEndedError extends Error {
  override readonly name = 'CompactionEndedError';
}

/**
 * Keeps of each key the newest record (KIP-354, KIP-534): first the newest offsets of what is dirty are written down, as
 * far as their table has room, then every segment up to there is written anew without what is superseded, the oldest
 * first. To begin again after it was interrupted anywhere does no harm.
 */
export async function compactLog(
  deps: CompactionDeps,
  log: PartitionLog,
  plan: CompactionPlan,
  rules: CompactionRules,
): Promise<Compacted> {
  // A start reads on at the recovery point, by its position in a segment.
  await log.recoverBehind(plan.endOffset);
  const keys = new SharedArrayBuffer(keyTableBytes(plan.endOffset - plan.dirtyFrom, deps.slotsMax));
  const compactedTo = await indexKeys(deps, log, plan, keys);
  const cleaner = new SegmentCleaner(deps, log, {
    kind: 'clean',
    keys,
    plainBytesMax: deps.plainBytesMax,
    indexedTo: compactedTo,
    nowMs: deps.clock.now(),
    deleteRetentionMs: rules.deleteRetentionMs,
  });
  for (const segment of plan.segments) {
    if (segment.baseOffset >= compactedTo) break;
    await cleaner.clean(segment);
  }
  const { bytesFreed, recordsRemoved } = cleaner;
  return { compactedTo, recordsRemoved, bytesFreed };
}

/** Returns up to where the newest offsets are known. */
async function indexKeys(
  { plainBytesMax, run }: CompactionDeps,
  log: PartitionLog,
  { dirtyFrom, endOffset, segments }: CompactionPlan,
  keys: SharedArrayBuffer,
): Promise<number> {
  for (const [at, segment] of segments.entries()) {
    const nextBase = segments[at + 1]?.baseOffset ?? endOffset;
    if (nextBase <= dirtyFrom) continue;
    for await (const batches of chunksOf(log, segment)) {
      const aborted = await abortedIn(log, batches);
      const task = { batches, keys, plainBytesMax, aborted };
      const answer = await run({ kind: 'index', ...task, fromOffset: dirtyFrom });
      if (answer.kind !== 'indexed') throw new Error(`a worker answered with ${answer.kind}`);
      if (answer.isFull) return answer.endOffset;
    }
  }
  return endOffset;
}

/** Whole batches of a sealed segment, as many at once as a chunk holds. Throws where one is damaged. */
async function* chunksOf(log: PartitionLog, segment: Segment): AsyncGenerator<Buffer, void, void> {
  let chunk = Buffer.allocUnsafe(compactionChunkBytes);
  for (let position = 0; position < segment.size; ) {
    if (log.isOver || !log.segments.includes(segment)) throw new CompactionEndedError(log.dir);
    const filled = await (await segment.file()).read(chunk, position);
    const bytes = chunk.subarray(0, Math.min(filled, segment.size - position));
    let end = 0;
    while (end < bytes.length && isWholeBatch(bytes, end)) end += batchBytes(bytes, end);
    if (end > 0) {
      yield bytes.subarray(0, end);
      position += end;
      continue;
    }
    const size = bytes.length < batchHeaderBytes ? 0 : batchBytes(bytes, 0);
    if (size <= chunk.length || size > requestBytesMax) {
      throw new Error(`${log.dir}: no good batch at ${position} of ${segment.baseOffset}`);
    }
    chunk = Buffer.allocUnsafe(size);
  }
}

/** Of the transactions in these batches those that were aborted; how they end is in the log, before `decidedEnd` or behind it. */
async function abortedIn(log: PartitionLog, batches: Buffer): Promise<readonly AbortedSpan[]> {
  let last = 0;
  for (let at = 0; at < batches.length; at += batchBytes(batches, at)) last = batchLastOffset(batches, at);
  return abortedBetween(log.segments, batchBaseOffset(batches, 0), last + 1);
}

/** What a piece of a segment brings with it. */
type OfPiece = 'batches' | 'aborted' | 'producersLast' | 'hasLeftAlone';

/** Writes one segment after the other anew; what was learnt of the earlier ones holds for the later. */
class SegmentCleaner {
  recordsRemoved = 0;
  bytesFreed = 0;
  #hasLeftAlone = false;
  /** Of the segment that is being written anew. */
  #hasChanged = false;
  readonly #deps: CompactionDeps;
  readonly #log: PartitionLog;
  readonly #task: Omit<CleanTask, OfPiece>;
  readonly #producersLast: readonly number[];

  constructor(deps: CompactionDeps, log: PartitionLog, task: Omit<CleanTask, OfPiece>) {
    this.#deps = deps;
    this.#log = log;
    this.#task = task;
    this.#producersLast = log.producersLast;
  }

  async clean(old: Segment): Promise<void> {
    const { disk } = this.#deps;
    const path = compactedFile(this.#log.dir, old.baseOffset);
    const fresh = new Segment(disk, this.#log.dir, old.baseOffset);
    await disk.remove(path);
    const file = await disk.open(path);
    try {
      await this.#copy(old, fresh, file);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!this.#hasChanged) return disk.remove(path);
    fresh.firstTimestamp = old.firstTimestamp;
    if (await this.#log.swaps.swap(old, fresh)) this.bytesFreed += old.size - fresh.size;
    else throw new CompactionEndedError(this.#log.dir);
  }

  async #copy(old: Segment, fresh: Segment, file: DiskFile): Promise<void> {
    this.#hasChanged = false;
    for await (const batches of chunksOf(this.#log, old)) {
      const hasLeftAlone = this.#hasLeftAlone;
      const producersLast = this.#lastIn(batches);
      const aborted = await abortedIn(this.#log, batches);
      const task = { ...this.#task, batches, aborted, producersLast, hasLeftAlone };
      const answer = await this.#deps.run(task);
      if (answer.kind !== 'cleaned') throw new Error(`a worker answered with ${answer.kind}`);
      this.#hasLeftAlone = answer.hasLeftAlone;
      this.recordsRemoved += answer.recordsRemoved;
      const { buffer, byteLength, byteOffset } = answer.batches;
      const cleaned = Buffer.from(buffer, byteOffset, byteLength);
      this.#hasChanged ||= !cleaned.equals(batches);
      await file.write([cleaned], fresh.size);
      for (let at = 0; at < cleaned.length; at += batchBytes(cleaned, at)) {
        fresh.place(placeOf(cleaned, at), this.#deps.clock.now());
      }
    }
  }

  #lastIn(batches: Buffer): number[] {
    const last = new Set<number>();
    for (let at = 0; at < batches.length; at += batchBytes(batches, at))
      last.add(batchLastOffset(batches, at));
    return this.#producersLast.filter((offset) => last.has(offset));
  }
}
