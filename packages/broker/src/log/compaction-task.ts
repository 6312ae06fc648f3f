import { OutputTooLargeError, ProtocolError } from '@weir/kafka-protocol/protocol-error';
import {
  baseTimestamp,
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  batchOverheadBytes,
  batchPositions,
  compressionType,
  isControl,
  isDeleteHorizonSet,
  isLogAppendTime,
  isTransactional,
  producerId,
  recordCount,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';
import { type Compression, plainRecords } from '@weir/kafka-protocol/records';
import { VarintWriter } from '@weir/kafka-protocol/varint';
import type { AbortedTransaction } from './aborted-index.ts';
import { EmptyRun, emptied } from './compaction-empty.ts';
import { CompactionKeys } from './compaction-keys.ts';
import { type RecordSpan, spansOf } from './compaction-records.ts';

/** Work on whole batches of one log, one behind the other. */
export type CompactionTask = IndexTask | CleanTask;

/** Records of the producer from `firstOffset` on count for nothing, up to the marker at `lastOffset`. */
export type AbortedSpan = Pick<AbortedTransaction, 'producerId' | 'firstOffset' | 'lastOffset'>;

interface Batches {
  readonly batches: Uint8Array;
  /** Of the transactions in them, which are all decided, those that were aborted. */
  readonly aborted: readonly AbortedSpan[];
  /** The table, which stays where it is. */
  readonly keys: SharedArrayBuffer;
  /** The records of one batch may have so many bytes without compression; of others nothing is taken. */
  readonly plainBytesMax: number;
}

/** Writes down the newest offset of each key. */
export interface IndexTask extends Batches {
  readonly kind: 'index';
  /** Before it everything has been compacted. */
  readonly fromOffset: number;
}

/** Makes the batches without the records that are superseded. */
export interface CleanTask extends Batches {
  readonly kind: 'clean';
  /** From there on nothing is in the table. */
  readonly indexedTo: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  /** Last offsets of batches that are the last of their producer: what is left of them says so. */
  readonly producersLast: readonly number[];
  /** Before these batches are some that cannot be looked into: what a tombstone hides may be among them. */
  readonly hasLeftAlone: boolean;
}

export type CompactionAnswer =
  /** `isFull`: the batch at `endOffset` and those behind it are not in the table. */
  | { readonly kind: 'indexed'; readonly endOffset: number; readonly isFull: boolean }
  | {
      readonly kind: 'cleaned';
      readonly batches: Uint8Array;
      readonly recordsRemoved: number;
      readonly hasLeftAlone: boolean;
    };

export function runCompactionTask(task: CompactionTask, compression: Compression): CompactionAnswer {
  const { buffer, byteOffset, byteLength } = task.batches;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const keys = new CompactionKeys(task.keys);
  return task.kind === 'index'
    ? index(task, bytes, keys, compression)
    : new Cleaning(task, bytes, keys, compression).run();
}

/** Whether the batch is of a transaction that was aborted: nobody reads it, and it supersedes nothing. */
function isAborted(bytes: Buffer, at: number, aborted: readonly AbortedSpan[]): boolean {
  if (!isTransactional(bytes, at)) return false;
  const [producer, offset] = [producerId(bytes, at), batchBaseOffset(bytes, at)];
  return aborted.some(
    (span) => span.producerId === producer && span.firstOffset <= offset && offset < span.lastOffset,
  );
}

/** Of one batch: what is known of each is in memory at once. */
const recordsMax = 200_000;

/** Null: the batch cannot be looked into, and stays as it is. */
function recordsOf(
  bytes: Buffer,
  at: number,
  plainBytesMax: number,
  compression: Compression,
): { readonly plain: Buffer; readonly spans: readonly RecordSpan[] } | null {
  if (recordCount(bytes, at) > recordsMax) return null;
  try {
    const plain = plainRecords(bytes, at, { compression, outputBytesMax: plainBytesMax });
    return { plain, spans: [...spansOf(bytes, at, plain)] };
  } catch (cause) {
    if (cause instanceof OutputTooLargeError || cause instanceof ProtocolError) return null;
    throw cause;
  }
}

function index(
  { fromOffset, plainBytesMax, aborted }: IndexTask,
  bytes: Buffer,
  keys: CompactionKeys,
  compression: Compression,
): CompactionAnswer {
  let endOffset = 0;
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
    const count = recordCount(bytes, at);
    endOffset = batchLastOffset(bytes, at) + 1;
    if (endOffset <= fromOffset || count === 0 || isControl(bytes, at)) continue;
    if (isAborted(bytes, at, aborted)) continue;
    // A batch that fills more than a whole table supersedes nothing.
    if (count > keys.countMax) continue;
    if (keys.count + count > keys.countMax) {
      return { kind: 'indexed', endOffset: batchBaseOffset(bytes, at), isFull: true };
    }
    const records = recordsOf(bytes, at, plainBytesMax, compression);
    for (const { key, offset } of records?.spans ?? []) if (key !== null) keys.put(key, offset);
  }
  return { kind: 'indexed', endOffset, isFull: false };
}

/** A horizon beyond it, which a record's time could not be told from in a varlong, is none: tombstones stay. */
const horizonMax = 2 ** 50;

class Cleaning {
  readonly #task: CleanTask;
  readonly #bytes: Buffer;
  readonly #keys: CompactionKeys;
  readonly #compression: Compression;
  readonly #producersLast: ReadonlySet<number>;
  readonly #out: Buffer[] = [];
  readonly #run = new EmptyRun();
  #recordsRemoved = 0;
  #hasLeftAlone: boolean;

  constructor(task: CleanTask, bytes: Buffer, keys: CompactionKeys, compression: Compression) {
    this.#task = task;
    this.#bytes = bytes;
    this.#keys = keys;
    this.#compression = compression;
    this.#hasLeftAlone = task.hasLeftAlone;
    this.#producersLast = new Set(task.producersLast);
  }

  run(): CompactionAnswer {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) this.#batch(at);
    this.#out.push(...this.#run.take());
    const batches = Buffer.concat(this.#out);
    const [recordsRemoved, hasLeftAlone] = [this.#recordsRemoved, this.#hasLeftAlone];
    return { kind: 'cleaned', batches, recordsRemoved, hasLeftAlone };
  }

  #batch(at: number): void {
    const bytes = this.#bytes;
    // Markers stay: with them readers tell what was aborted where a replica still has it.
    const isJudged = batchLastOffset(bytes, at) < this.#task.indexedTo && !isControl(bytes, at);
    if (isJudged && isAborted(bytes, at, this.#task.aborted)) {
      this.#recordsRemoved += recordCount(bytes, at);
      this.#empty(at);
      return;
    }
    const records = isJudged ? recordsOf(bytes, at, this.#task.plainBytesMax, this.#compression) : null;
    if (records === null) {
      // What a tombstone here would hide may be in it for ever.
      this.#hasLeftAlone ||= !isControl(bytes, at);
      this.#keep(at);
    } else this.#judge(at, records);
  }

  #judge(at: number, records: NonNullable<ReturnType<typeof recordsOf>>): void {
    const bytes = this.#bytes;
    const kept = records.spans.filter((span) => this.#mustStay(at, span));
    this.#recordsRemoved += records.spans.length - kept.length;
    const isMarked = isDeleteHorizonSet(bytes, at) || !kept.some(({ isTombstone }) => isTombstone);
    const horizon = this.#task.nowMs + this.#task.deleteRetentionMs;
    const marked = isMarked || horizon > horizonMax ? null : horizon;
    if (kept.length === 0) this.#empty(at);
    else if (kept.length === records.spans.length && marked === null) this.#keep(at);
    else this.#add(rewritten({ bytes, at, plain: records.plain }, kept, marked, this.#compression));
  }

  /** The newest of its key, and no tombstone whose time is over (KIP-534). What has no key is nothing's newest. */
  #mustStay(at: number, { isTombstone, key, offset }: RecordSpan): boolean {
    if (key === null || this.#keys.newest(key) > offset) return false;
    if (!isTombstone || this.#hasLeftAlone || !isDeleteHorizonSet(this.#bytes, at)) return true;
    return this.#task.nowMs < baseTimestamp(this.#bytes, at);
  }

  #keep(at: number): void {
    this.#add(this.#bytes.subarray(at, at + batchBytes(this.#bytes, at)));
  }

  #empty(at: number): void {
    const bytes = this.#bytes;
    const isProducersLast = producerId(bytes, at) >= 0 && this.#producersLast.has(batchLastOffset(bytes, at));
    if (isProducersLast) this.#add(emptied(bytes, at));
    else this.#out.push(...this.#run.add(bytes, at));
  }

  #add(batch: Buffer): void {
    this.#out.push(...this.#run.take(), batch);
  }
}

interface PlainBatch {
  readonly bytes: Buffer;
  readonly at: number;
  readonly plain: Buffer;
}

/**
 * The batch with some of its records: offsets, producer and compression stay. `horizon`, where it has got a first
 * tombstone: the base timestamp becomes the time until which it stays, and the records' deltas count from there.
 */
function rewritten(
  { bytes, at, plain }: PlainBatch,
  kept: readonly RecordSpan[],
  horizon: number | null,
  compression: Compression,
): Buffer {
  const records = horizon === null ? copied(plain, kept) : rebased(plain, kept, horizon);
  const type = compressionType(bytes, at) ?? 'none';
  const stored = type === 'none' ? records : compression.compress(type, records);
  const batch = Buffer.concat([bytes.subarray(at, at + batchHeaderBytes), stored]);
  batch.writeInt32BE(batch.length - batchOverheadBytes, batchPositions.batchLength);
  batch.writeInt32BE(kept.length, batchPositions.recordCount);
  if (horizon !== null) {
    batch.writeInt16BE(batch.readInt16BE(batchPositions.attributes) | 0x40, batchPositions.attributes);
    batch.writeBigInt64BE(BigInt(horizon), batchPositions.baseTimestamp);
  }
  if (!isLogAppendTime(batch, 0)) {
    const newest = kept.reduce((max, { timestamp }) => Math.max(max, timestamp), -1);
    batch.writeBigInt64BE(BigInt(newest), batchPositions.maxTimestamp);
  }
  writeBatchCrc(batch, 0);
  return batch;
}

const copied = (plain: Buffer, kept: readonly RecordSpan[]): Buffer =>
  Buffer.concat(kept.map(({ start, end }) => plain.subarray(start, end)));

function rebased(plain: Buffer, kept: readonly RecordSpan[], horizon: number): Buffer {
  const writer = new VarintWriter();
  const body = new VarintWriter();
  for (const { bodyStart, end, restStart, timestamp } of kept) {
    body.clear();
    body.raw(plain.subarray(bodyStart, bodyStart + 1));
    body.varlong(timestamp - horizon);
    body.raw(plain.subarray(restStart, end));
    const encoded = body.view();
    writer.varint(encoded.length);
    writer.raw(encoded);
  }
  return writer.view();
}
