import { crc32c } from '@node-rs/crc32';
import { ProtocolError } from './protocol-error.ts';

/**
 * The header of a record batch, magic 2 (KIP-98), read and patched where it lies: `at` is the position of
 * the batch's first byte, and the caller has made sure that `batchHeaderBytes` are there.
 *
 * base offset INT64 · batch length INT32 · partition leader epoch INT32 · magic INT8 · CRC UINT32 ·
 * attributes INT16 · last offset delta INT32 · base timestamp INT64 · max timestamp INT64 ·
 * producer id INT64 · producer epoch INT16 · base sequence INT32 · record count INT32 · records
 *
 * The batch length counts what follows it; the CRC-32C covers everything from the attributes on, so that
 * a broker sets offset and leader epoch without touching it.
 */
export const batchPositions = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

/** A batch without its records. */
export const batchHeaderBytes = 61;
/** Base offset and length: what stands before the bytes that the length counts. */
export const batchOverheadBytes = 12;
export const currentMagic = 2;

const attributeCompression = 0x07;
const attributeLogAppendTime = 0x08;
const attributeTransactional = 0x10;
const attributeControl = 0x20;
const attributeDeleteHorizon = 0x40;
const twoTo32 = 0x1_0000_0000;

export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
export const compressionTypes: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Length, attributes, timestamp and offset delta, key and value length, header count: a byte each. */
export const recordBytesMin = 7;

/**
 * Plain bytes that one compressed byte can hold at most, by the formats: deflate's longest match (258 bytes in
 * two bits), snappy's (64 in three bytes), lz4's run lengths (255 in a byte) and zstd's run of a whole block
 * (RFC 8878: 128 KiB in four bytes).
 */
const plainBytesPerByte: Readonly<Record<CompressionType, number>> = {
  none: 1,
  gzip: 1_032,
  snappy: 22,
  lz4: 255,
  zstd: 32_768,
};

/** More than this no compressed bytes of that length can hold, whatever they claim. */
export function plainBytesPossible(type: CompressionType, bytes: number): number {
  return bytes * plainBytesPerByte[type];
}

export function batchBaseOffset(batch: Buffer, at: number): number {
  return readInt64(batch, at);
}

/** As on the wire: without the 12 bytes of base offset and length itself. */
export function batchLength(batch: Buffer, at: number): number {
  return batch.readInt32BE(at + batchPositions.batchLength);
}

/** Every byte of the batch. */
export function batchBytes(batch: Buffer, at: number): number {
  return batch.readInt32BE(at + batchPositions.batchLength) + batchOverheadBytes;
}

export function partitionLeaderEpoch(batch: Buffer, at: number): number {
  return batch.readInt32BE(at + batchPositions.partitionLeaderEpoch);
}

export function magic(batch: Buffer, at: number): number {
  return batch.readInt8(at + batchPositions.magic);
}

export function batchCrc(batch: Buffer, at: number): number {
  return batch.readUInt32BE(at + batchPositions.crc);
}

export function attributes(batch: Buffer, at: number): number {
  return batch.readInt16BE(at + batchPositions.attributes);
}

export function lastOffsetDelta(batch: Buffer, at: number): number {
  return batch.readInt32BE(at + batchPositions.lastOffsetDelta);
}

export function batchLastOffset(batch: Buffer, at: number): number {
  return batchBaseOffset(batch, at) + lastOffsetDelta(batch, at);
}

/** Milliseconds; the delete horizon where isDeleteHorizonSet. */
export function baseTimestamp(batch: Buffer, at: number): number {
  return readInt64(batch, at + batchPositions.baseTimestamp);
}

export function maxTimestamp(batch: Buffer, at: number): number {
  return readInt64(batch, at + batchPositions.maxTimestamp);
}

/** −1: not from an idempotent producer. */
export function producerId(batch: Buffer, at: number): number {
  return readInt64(batch, at + batchPositions.producerId);
}

export function producerEpoch(batch: Buffer, at: number): number {
  return batch.readInt16BE(at + batchPositions.producerEpoch);
}

export function baseSequence(batch: Buffer, at: number): number {
  return batch.readInt32BE(at + batchPositions.baseSequence);
}

/** The sequence of the last record; sequences wrap from 2^31−1 to 0. */
export function lastSequence(batch: Buffer, at: number): number {
  return (baseSequence(batch, at) + lastOffsetDelta(batch, at)) % 0x8000_0000;
}

export function recordCount(batch: Buffer, at: number): number {
  return batch.readInt32BE(at + batchPositions.recordCount);
}

/** Undefined for the three ids that name no compression. */
export function compressionType(batch: Buffer, at: number): CompressionType | undefined {
  return compressionTypes[attributes(batch, at) & attributeCompression];
}

export function isLogAppendTime(batch: Buffer, at: number): boolean {
  return (attributes(batch, at) & attributeLogAppendTime) !== 0;
}

export function isTransactional(batch: Buffer, at: number): boolean {
  return (attributes(batch, at) & attributeTransactional) !== 0;
}

export function isControl(batch: Buffer, at: number): boolean {
  return (attributes(batch, at) & attributeControl) !== 0;
}

export function isDeleteHorizonSet(batch: Buffer, at: number): boolean {
  return (attributes(batch, at) & attributeDeleteHorizon) !== 0;
}

/** Lies before the CRC'd bytes. */
export function setBaseOffset(batch: Buffer, at: number, offset: number): void {
  writeInt64(batch, at, offset);
}

/** Lies before the CRC'd bytes. */
export function setPartitionLeaderEpoch(batch: Buffer, at: number, epoch: number): void {
  batch.writeInt32BE(epoch, at + batchPositions.partitionLeaderEpoch);
}

/** message.timestamp.type=LogAppendTime: the attribute, the max timestamp (ms), and the CRC anew. */
export function setLogAppendTime(batch: Buffer, at: number, timestamp: number): void {
  batch.writeInt16BE(attributes(batch, at) | attributeLogAppendTime, at + batchPositions.attributes);
  writeInt64(batch, at + batchPositions.maxTimestamp, timestamp);
  writeBatchCrc(batch, at);
}

/** The batch at the beginning of `batch` with its records as they are compressed otherwise: a batch of its own. */
export function compressedBatch(batch: Buffer, type: CompressionType, records: Buffer): Buffer {
  const compressed = Buffer.concat([batch.subarray(0, batchHeaderBytes), records]);
  compressed.writeInt32BE(compressed.length - batchOverheadBytes, batchPositions.batchLength);
  const others = attributes(batch, 0) & ~attributeCompression;
  compressed.writeInt16BE(others | compressionTypes.indexOf(type), batchPositions.attributes);
  writeBatchCrc(compressed, 0);
  return compressed;
}

/** Sets the CRC of a batch whose bytes are otherwise final. */
export function writeBatchCrc(batch: Buffer, at: number): void {
  batch.writeUInt32BE(computeCrc(batch, at), at + batchPositions.crc);
}

/** Whether the CRC-32C fits. The whole batch must be there. */
export function hasValidCrc(batch: Buffer, at: number): boolean {
  return computeCrc(batch, at) === batchCrc(batch, at);
}

export type BatchVerdict = 'NONE' | 'CORRUPT_MESSAGE' | 'INVALID_RECORD' | 'UNSUPPORTED_COMPRESSION_TYPE';

/**
 * Judges what a client produced to one partition, [at, end), by Apache Kafka's rules and order
 * (ProduceRequest.validateRecords, then DefaultRecordBatch.ensureValid, then LogValidator): one whole
 * batch of magic 2 and nothing else, a good CRC, as many offsets as records, no control batch, a sequence
 * where there is a producer. Records are not decoded.
 */
export function validateBatch(batch: Buffer, at: number, end: number): BatchVerdict {
  const bytes = end - at;
  if (bytes < batchPositions.magic + 1) return 'INVALID_RECORD';
  const length = batchLength(batch, at);
  // The smallest record of any magic; below it not even the batch's version can be told.
  if (length < 14) return 'CORRUPT_MESSAGE';
  const version = magic(batch, at);
  if (version < 0 || version > currentMagic) return 'CORRUPT_MESSAGE';
  if (version !== currentMagic || length + batchOverheadBytes !== bytes) return 'INVALID_RECORD';
  if (bytes < batchHeaderBytes || !hasValidCrc(batch, at)) return 'CORRUPT_MESSAGE';
  const count = recordCount(batch, at);
  if (count <= 0 || lastOffsetDelta(batch, at) !== count - 1) return 'INVALID_RECORD';
  if (isControl(batch, at)) return 'INVALID_RECORD';
  const type = compressionType(batch, at);
  if (type === undefined) return 'UNSUPPORTED_COMPRESSION_TYPE';
  // Offsets are given out by this count, so it must be one that the bytes can hold.
  if (count * recordBytesMin > plainBytesPossible(type, bytes - batchHeaderBytes)) return 'INVALID_RECORD';
  return validateProducer(batch, at);
}

function validateProducer(batch: Buffer, at: number): BatchVerdict {
  if (!isSafeInt64(batch, at + batchPositions.producerId)) return 'INVALID_RECORD';
  if (!isSafeInt64(batch, at + batchPositions.baseTimestamp)) return 'INVALID_RECORD';
  if (!isSafeInt64(batch, at + batchPositions.maxTimestamp)) return 'INVALID_RECORD';
  return producerId(batch, at) >= 0 && baseSequence(batch, at) < 0 ? 'INVALID_RECORD' : 'NONE';
}

function computeCrc(batch: Buffer, at: number): number {
  return crc32c(batch.subarray(at + batchPositions.attributes, at + batchBytes(batch, at)));
}

function isSafeInt64(bytes: Buffer, at: number): boolean {
  const high = bytes.readInt32BE(at);
  return high >= -0x20_0000 && high <= 0x1f_ffff;
}

function readInt64(bytes: Buffer, at: number): number {
  const high = bytes.readInt32BE(at);
  if (high < -0x20_0000 || high > 0x1f_ffff) {
    throw new ProtocolError('INVALID_REQUEST', 'an int64 in a batch header lies beyond ±2^53');
  }
  return high * twoTo32 + bytes.readUInt32BE(at + 4);
}

function writeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / twoTo32);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * twoTo32, at + 4);
}
