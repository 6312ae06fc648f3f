import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  compressionType,
  recordCount,
} from '@weir/kafka-protocol/record-batch';
import { VarintReader } from '@weir/kafka-protocol/varint';
import { coordinatorReadBytesMax } from '../limits.ts';
import { scanBatches } from '../log/batch-scan.ts';
import { isMediumError } from '../log/recovery.ts';
import type { Segment } from '../log/segment.ts';
import type { CoordinatorRecord } from './outcome.ts';

/** Bytes of a segment that cannot be read as batches; what follows them is read if its beginning can be found. */
export interface Damage {
  readonly segment: number;
  readonly position: number;
}

export interface LogReader {
  /** The next batch, with bytes of its own. */
  batch(bytes: Buffer): Promise<void>;
  damaged(damage: Damage): void;
}

/**
 * Reads the segments' batches before `endOffset`, in order, a bounded run of bytes at a time. Rejects when the
 * disk refuses; bytes that are there and are no batch are told of and passed over.
 */
export async function readLog(
  segments: readonly Segment[],
  endOffset: number,
  reader: LogReader,
): Promise<void> {
  for (const segment of segments) {
    if (segment.baseOffset >= endOffset) return;
    try {
      await readSegment(segment, endOffset, reader);
    } catch (cause) {
      // The medium gives these bytes back no more; the others of the shard are not to wait for it for ever.
      if (!isMediumError(cause)) throw cause;
      reader.damaged({ segment: segment.baseOffset, position: -1 });
    }
  }
}

async function readSegment(segment: Segment, endOffset: number, reader: LogReader): Promise<void> {
  const file = await segment.file();
  let position = 0;
  let nextOffset: number | null = segment.baseOffset;
  for (;;) {
    const run: Buffer[] = [];
    let bytes = 0;
    let isAtEnd = false;
    const end = await scanBatches(file, { from: position, to: segment.size }, nextOffset, (chunk, at) => {
      isAtEnd = batchBaseOffset(chunk, at) >= endOffset;
      if (isAtEnd || bytes >= coordinatorReadBytesMax) return 'stop';
      const size = batchBytes(chunk, at);
      // A copy: the scan's bytes are only there during the call.
      run.push(Buffer.from(chunk.subarray(at, at + size)));
      bytes += size;
      return undefined;
    });
    for (const batch of run) await reader.batch(batch);
    if (isAtEnd) return;
    ({ position, nextOffset } = end);
    if (run.length > 0 && position < segment.size) continue;
    if (position >= segment.size) return;
    reader.damaged({ segment: segment.baseOffset, position });
    // The damaged batch may still tell how long it is; whether that is so shows in what follows it.
    const header = Buffer.alloc(batchHeaderBytes);
    if ((await file.read(header, position)) < header.length) return;
    const size = batchBytes(header, 0);
    if (size < batchHeaderBytes || position + size >= segment.size) return;
    position += size;
    nextOffset = null;
  }
}

export interface WalkedRecord extends CoordinatorRecord {
  readonly offset: number;
}

/** The records of one uncompressed batch, one at a time as they are asked for; keys and values are views. */
export function* walkRecords(batch: Buffer): Generator<WalkedRecord> {
  if (compressionType(batch, 0) !== 'none') throw new Error('a coordinator writes no compressed batches');
  const baseOffset = batchBaseOffset(batch, 0);
  const records = new VarintReader(batch.subarray(batchHeaderBytes));
  for (let left = recordCount(batch, 0); left > 0; left -= 1) {
    const body = records.nullableBytes();
    if (body === null) throw new Error('a record is missing from its batch');
    const fields = new VarintReader(body);
    fields.skip(1);
    fields.varlong();
    const offset = baseOffset + fields.varint();
    const key = fields.nullableBytes();
    const value = fields.nullableBytes();
    if (key !== null) yield { key, value, offset };
  }
}
