import type { ShownBytes } from '@weir/contracts/records';
import { compression } from '@weir/kafka-protocol/compression';
import { batchBaseOffset, batchLastOffset, hasValidCrc } from '@weir/kafka-protocol/record-batch';
import { type DecodedRecord, decodeRecords } from '@weir/kafka-protocol/records';
import { decompressedBytesMax, shownHeaderBytesMax, shownHeadersMax } from './limits.ts';
import { showBytes } from './shown-bytes.ts';
import { timeText } from './time-text.ts';

/** What a thread is asked for: the records of one whole batch with offsets in [from, to), the first `recordsMax`. */
export interface DecodeTask {
  readonly batch: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly recordsMax: number;
  /** Of each key and value. */
  readonly shownBytesMax: number;
}

export interface ShownRecord {
  readonly offset: number;
  /** As the batch has it, in milliseconds; it need not be a time. For ordering. */
  readonly timestampMs: number;
  /** Null: no date can be that. */
  readonly timestamp: string | null;
  readonly key: ShownBytes | null;
  readonly value: ShownBytes | null;
  readonly headers: readonly { readonly name: string; readonly value: ShownBytes | null }[];
  readonly headersTotal: number;
}

/** Null: the batch is damaged, or larger than we decompress. Everything in it was written by a tenant. */
export const decodeBatch = (task: DecodeTask): ShownRecord[] | null => {
  const batch = Buffer.from(task.batch.buffer, task.batch.byteOffset, task.batch.byteLength);
  try {
    if (!hasValidCrc(batch, 0)) return null;
    const records = decodeRecords(batch, 0, { compression, outputBytesMax: decompressedBytesMax });
    if (!areOffsetsInOrder(batch, records)) return null;
    const wanted = records.filter(({ offset }) => offset >= task.from && offset < task.to);
    return wanted.slice(0, task.recordsMax).map((record) => show(record, task.shownBytesMax));
  } catch {
    // What codecs and libraries throw of damaged bytes has many types, and there is nothing else here to fail.
    return null;
  }
};

/** A record's offset is the producer's word, which brokers do not check in compressed batches. */
const areOffsetsInOrder = (batch: Buffer, records: readonly DecodedRecord[]): boolean => {
  let before = batchBaseOffset(batch, 0) - 1;
  for (const { offset } of records) {
    if (offset <= before) return false;
    before = offset;
  }
  return before <= batchLastOffset(batch, 0);
};

const show = (record: DecodedRecord, bytesMax: number): ShownRecord => ({
  offset: record.offset,
  timestampMs: record.timestamp,
  timestamp: timeText(record.timestamp),
  key: showBytes(record.key, bytesMax),
  value: showBytes(record.value, bytesMax),
  headers: record.headers.slice(0, shownHeadersMax).map(({ key, value }) => ({
    name: key.slice(0, shownHeaderBytesMax),
    value: showBytes(value, Math.min(bytesMax, shownHeaderBytesMax)),
  })),
  headersTotal: record.headers.length,
});
