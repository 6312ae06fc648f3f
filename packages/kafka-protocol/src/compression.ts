import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync, uncompressSync } from 'snappy';
import { OutputTooLargeError, ProtocolError } from './protocol-error.ts';
import { type CompressionType, plainBytesPossible } from './record-batch.ts';
import type { Compression } from './records.ts';

/**
 * Compression of record batches, in a room of its own: importing it loads native modules, which a broker
 * that passes batches through untouched never needs.
 */
export const compression: Compression = {
  compress(type, bytes, level = null) {
    switch (type) {
      case 'none':
        return bytes;
      case 'gzip':
        return gzipSync(bytes, level === null ? {} : { level });
      case 'zstd':
        return zstdCompressSync(
          bytes,
          level === null ? {} : { params: { [constants.ZSTD_c_compressionLevel]: level } },
        );
      case 'lz4':
        // The library knows one level.
        return compressFrameSync(bytes);
      case 'snappy':
        return compressSnappy(bytes);
    }
  },

  decompress(type, bytes, outputBytesMax) {
    const plain = attempt(type, bytes, outputBytesMax);
    if (plain.length > outputBytesMax) throw tooLarge(type, outputBytesMax);
    return plain;
  },
};

function attempt(type: CompressionType, bytes: Buffer, outputBytesMax: number): Buffer {
  try {
    switch (type) {
      case 'none':
        return bytes;
      case 'gzip':
        return gunzipSync(bytes, { maxOutputLength: outputBytesMax });
      case 'zstd':
        return zstdDecompressSync(bytes, { maxOutputLength: outputBytesMax });
      case 'lz4':
        if (!fitsLz4(bytes, outputBytesMax)) throw tooLarge(type, outputBytesMax);
        return decompressFrameSync(bytes);
      case 'snappy':
        return decompressSnappy(bytes, outputBytesMax);
    }
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    // zlib makes its output in small chunks and stops at the limit.
    if (isPastLimit(cause)) throw tooLarge(type, outputBytesMax);
    throw new ProtocolError('INVALID_REQUEST', `malformed ${type}: ${String(cause)}`);
  }
}

function isPastLimit(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
}

/** snappy-java's stream: this magic, version and lowest compatible version, then blocks with a length each. */
const snappyMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const snappyHeaderBytes = 16;
const snappyBlockBytes = 32 * 1024;

function compressSnappy(bytes: Buffer): Buffer {
  const header = Buffer.alloc(snappyHeaderBytes);
  snappyMagic.copy(header);
  header.writeInt32BE(1, 8);
  header.writeInt32BE(1, 12);
  const parts: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += snappyBlockBytes) {
    const block = compressSync(bytes.subarray(at, at + snappyBlockBytes));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Java writes the stream; librdkafka and Go write one bare block. */
function decompressSnappy(bytes: Buffer, outputBytesMax: number): Buffer {
  if (bytes.length < snappyHeaderBytes || !bytes.subarray(0, snappyMagic.length).equals(snappyMagic)) {
    return snappyBlock(bytes, outputBytesMax);
  }
  const parts: Buffer[] = [];
  let left = outputBytesMax;
  for (let at = snappyHeaderBytes; at < bytes.length; ) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) {
      throw new ProtocolError('INVALID_REQUEST', 'a snappy block is not as long as it says');
    }
    const block = snappyBlock(bytes.subarray(at, at + length), left);
    left -= block.length;
    parts.push(block);
    at += length;
  }
  return Buffer.concat(parts);
}

/**
 * A block opens with its uncompressed length, for which the library allocates: it is checked against what may
 * be returned and against what so many bytes can hold.
 */
function snappyBlock(block: Buffer, outputBytesMax: number): Buffer {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) break;
  }
  if (length > plainBytesPossible('snappy', block.length)) {
    throw new ProtocolError('INVALID_REQUEST', 'a snappy block claims more than it can hold');
  }
  if (length > outputBytesMax) throw tooLarge('snappy', outputBytesMax);
  const plain = uncompressSync(block);
  return Buffer.isBuffer(plain) ? plain : Buffer.from(plain);
}

/**
 * Whether an LZ4 frame decompresses to no more than that, by its blocks' own lengths, because the library takes no
 * bound. https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
function fitsLz4(frame: Buffer, outputBytesMax: number): boolean {
  const flags = frame.readUInt8(4);
  const hasContentSize = (flags & 0x08) !== 0;
  const hasBlockChecksums = (flags & 0x10) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  const claimed = hasContentSize ? frame.readBigUInt64LE(6) : 0n;
  if (claimed > BigInt(plainBytesPossible('lz4', frame.length))) {
    throw new ProtocolError('INVALID_REQUEST', 'an lz4 frame claims more than it can hold');
  }
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  let left = outputBytesMax;
  while (left >= 0) {
    const header = frame.readUInt32LE(at);
    if (header === 0) return true;
    const stored = header & 0x7fff_ffff;
    const isPlain = header >= 0x8000_0000;
    left -= isPlain ? stored : lz4BlockBytes(frame, at + 4, stored, left);
    at += 4 + stored + (hasBlockChecksums ? 4 : 0);
  }
  return false;
}

/**
 * What a block decompresses to, or something beyond `most`: the sum of its sequences, each of literals and of a match
 * of four bytes or more. https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
function lz4BlockBytes(frame: Buffer, from: number, stored: number, most: number): number {
  const end = from + stored;
  if (end > frame.length)
    throw new ProtocolError('INVALID_REQUEST', 'an lz4 block is not as long as it says');
  let total = 0;
  for (let at = from; at < end && total <= most; ) {
    const token = frame[at] ?? 0;
    at += 1;
    let literals = token >> 4;
    for (let more = literals === 15 ? 255 : 0; more === 255; literals += more) more = frame.readUInt8(at++);
    at += literals;
    total += literals;
    // The last sequence has no match.
    if (at >= end) break;
    at += 2;
    let match = token & 0x0f;
    for (let more = match === 15 ? 255 : 0; more === 255; match += more) more = frame.readUInt8(at++);
    total += match + 4;
  }
  return total;
}

function tooLarge(type: CompressionType, outputBytesMax: number): OutputTooLargeError {
  return new OutputTooLargeError(`${type} grows past ${outputBytesMax} bytes`);
}
