import { ProtocolError } from './protocol-error.ts';
import {
  baseTimestamp,
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchOverheadBytes,
  batchPositions,
  type CompressionType,
  compressionType,
  compressionTypes,
  currentMagic,
  isLogAppendTime,
  maxTimestamp,
  recordBytesMin,
  recordCount,
  setBaseOffset,
  setPartitionLeaderEpoch,
  writeBatchCrc,
} from './record-batch.ts';
import { VarintReader, VarintWriter } from './varint.ts';

/**
 * The records inside a batch, for those who must read or make them: internal topics, the console's
 * message browser, tests. The produce and fetch paths never come here.
 *
 * record => length VARINT, attributes INT8, timestamp delta VARLONG, offset delta VARINT,
 *   key length VARINT (−1: null), key, value length VARINT (−1: null), value,
 *   header count VARINT, then for each: key length VARINT, key, value length VARINT, value
 */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What a record must say; offsets follow from the order, the timestamp is in milliseconds. */
export interface NewRecord {
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly RecordHeader[];
}

/** A decoded record. Key and values are views: of the batch, or of what it was decompressed to. */
export interface DecodedRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** The compression room's functions (compression.ts), handed in so that only their users load them. */
export interface Compression {
  /** `level`: as the type counts them, where it has levels; null: the usual one. */
  compress(type: CompressionType, bytes: Buffer, level?: number | null): Buffer;
  /** Throws a ProtocolError when the output would pass `outputBytesMax`. */
  decompress(type: CompressionType, bytes: Buffer, outputBytesMax: number): Buffer;
}

export interface NewBatch {
  readonly records: readonly NewRecord[];
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly compressionType?: CompressionType;
}

/** Encodes one batch with a good CRC. Compressing needs `compression`. */
export function encodeBatch(batch: NewBatch, compression?: Compression): Buffer {
  const [first] = batch.records;
  if (first === undefined) throw new RangeError('a batch has at least one record');
  const type = batch.compressionType ?? 'none';
  const plain = encodeRecords(batch.records, first.timestamp);
  const records = type === 'none' ? plain : needed(compression, type).compress(type, plain);
  const out = Buffer.alloc(batchHeaderBytes + records.length);
  records.copy(out, batchHeaderBytes);

  const timestampMax = batch.records.reduce(
    (max, record) => Math.max(max, record.timestamp),
    first.timestamp,
  );
  const transactional = batch.isTransactional === true ? 0x10 : 0;
  const control = batch.isControl === true ? 0x20 : 0;
  setBaseOffset(out, 0, batch.baseOffset ?? 0);
  out.writeInt32BE(out.length - batchOverheadBytes, batchPositions.batchLength);
  setPartitionLeaderEpoch(out, 0, batch.partitionLeaderEpoch ?? -1);
  out.writeInt8(currentMagic, batchPositions.magic);
  out.writeInt16BE(compressionTypes.indexOf(type) | transactional | control, batchPositions.attributes);
  out.writeInt32BE(batch.records.length - 1, batchPositions.lastOffsetDelta);
  out.writeBigInt64BE(BigInt(first.timestamp), batchPositions.baseTimestamp);
  out.writeBigInt64BE(BigInt(timestampMax), batchPositions.maxTimestamp);
  out.writeBigInt64BE(BigInt(batch.producerId ?? -1), batchPositions.producerId);
  out.writeInt16BE(batch.producerEpoch ?? -1, batchPositions.producerEpoch);
  out.writeInt32BE(batch.baseSequence ?? -1, batchPositions.baseSequence);
  out.writeInt32BE(batch.records.length, batchPositions.recordCount);
  writeBatchCrc(out, 0);
  return out;
}

export interface DecodeOptions {
  readonly compression?: Compression;
  /** Bounds what a compressed batch may grow to. */
  readonly outputBytesMax?: number;
}

/**
 * Decodes the batch at `at`. Throws a ProtocolError (INVALID_REQUEST) for malformed records; the CRC is
 * not looked at. Records that compaction removed leave gaps in the offsets.
 */
export function decodeRecords(batch: Buffer, at = 0, options: DecodeOptions = {}): DecodedRecord[] {
  return decodeAll(batch, at, plainRecords(batch, at, options));
}

/**
 * The batch's records as they are without compression: a view of the batch, or bytes of their own. Throws a
 * ProtocolError, an OutputTooLargeError where they are more than `outputBytesMax`, and for more records than
 * so many bytes can hold.
 */
export function plainRecords(batch: Buffer, at: number, options: DecodeOptions): Buffer {
  if (batch.length - at < batchHeaderBytes) throw malformed('a batch is shorter than its header');
  const end = at + batchBytes(batch, at);
  if (end > batch.length || end < at + batchHeaderBytes) throw malformed('a batch is not as long as it says');
  const type = compressionType(batch, at);
  if (type === undefined) throw malformed('unknown compression');
  const stored = batch.subarray(at + batchHeaderBytes, end);
  const plain =
    type === 'none'
      ? stored
      : needed(options.compression, type).decompress(
          type,
          stored,
          options.outputBytesMax ?? 64 * 1024 * 1024,
        );
  if (recordCount(batch, at) * recordBytesMin > plain.length) {
    throw malformed(`${recordCount(batch, at)} records in ${plain.length} bytes`);
  }
  return plain;
}

function decodeAll(batch: Buffer, at: number, plain: Buffer): DecodedRecord[] {
  const baseOffset = batchBaseOffset(batch, at);
  const timestampBase = baseTimestamp(batch, at);
  const appendTime = isLogAppendTime(batch, at) ? maxTimestamp(batch, at) : null;
  const reader = new VarintReader(plain);
  const records: DecodedRecord[] = [];
  for (let left = recordCount(batch, at); left > 0; left -= 1) {
    const length = reader.varint();
    const end = reader.endOf(length);
    reader.skip(1);
    const timestamp = timestampBase + reader.varlong();
    const offset = baseOffset + reader.varint();
    const key = reader.nullableBytes();
    const value = reader.nullableBytes();
    const headers = decodeHeaders(reader);
    reader.expectAt(end);
    records.push({ offset, timestamp: appendTime ?? timestamp, key, value, headers });
  }
  if (reader.remaining !== 0) throw malformed('bytes follow the last record');
  return records;
}

function decodeHeaders(reader: VarintReader): RecordHeader[] {
  const headers: RecordHeader[] = [];
  const count = reader.varint();
  if (count < 0 || count > reader.remaining) throw malformed(`${count} headers`);
  for (let left = count; left > 0; left -= 1) {
    const key = reader.nullableBytes();
    if (key === null) throw malformed('a header without a key');
    headers.push({ key: key.toString('utf8'), value: reader.nullableBytes() });
  }
  return headers;
}

function encodeRecords(records: readonly NewRecord[], timestampBase: number): Buffer {
  const writer = new VarintWriter();
  const body = new VarintWriter();
  records.forEach((record, index) => {
    body.clear();
    body.byte(0);
    body.varlong(record.timestamp - timestampBase);
    body.varint(index);
    body.nullableBytes(record.key);
    body.nullableBytes(record.value);
    const headers = record.headers ?? [];
    body.varint(headers.length);
    for (const header of headers) {
      body.nullableBytes(Buffer.from(header.key, 'utf8'));
      body.nullableBytes(header.value);
    }
    const encoded = body.view();
    writer.varint(encoded.length);
    writer.raw(encoded);
  });
  return writer.view();
}

function needed(compression: Compression | undefined, type: CompressionType): Compression {
  if (compression === undefined) throw new TypeError(`${type} needs the compression room`);
  return compression;
}

function malformed(message: string): ProtocolError {
  return new ProtocolError('INVALID_REQUEST', message);
}
