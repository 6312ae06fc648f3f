import { describe, expect, test } from 'vitest';
import {
  attributes,
  baseSequence,
  baseTimestamp,
  batchBaseOffset,
  batchBytes,
  batchLastOffset,
  batchPositions,
  compressionType,
  hasValidCrc,
  isControl,
  isLogAppendTime,
  isTransactional,
  lastOffsetDelta,
  lastSequence,
  magic,
  maxTimestamp,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
  setBaseOffset,
  setLogAppendTime,
  setPartitionLeaderEpoch,
  validateBatch,
  writeBatchCrc,
} from './record-batch.ts';
import { decodeRecords, encodeBatch, type NewBatch } from './records.ts';

const value = Buffer.from('value');
const idempotent: NewBatch = {
  baseOffset: 2 ** 40 + 3,
  partitionLeaderEpoch: 4,
  producerId: 2 ** 35,
  producerEpoch: 2,
  baseSequence: 0x7fff_ffff,
  isTransactional: true,
  records: [
    { timestamp: 1000, key: null, value },
    { timestamp: 3000, key: null, value },
    { timestamp: 2000, key: null, value },
  ],
};

/** The batch with some bytes changed and, unless it is the CRC that is meant, a fitting CRC. */
function changed(change: (batch: Buffer) => void): Buffer {
  const batch = encodeBatch(idempotent);
  change(batch);
  writeBatchCrc(batch, 0);
  return batch;
}

function verdict(batch: Buffer): string {
  return validateBatch(batch, 0, batch.length);
}

test('reads every header field in place, at any position', () => {
  const bytes = encodeBatch(idempotent);
  const at = 9;
  const placed = Buffer.concat([Buffer.alloc(at), bytes]);
  expect(batchBaseOffset(placed, at)).toBe(2 ** 40 + 3);
  expect(batchBytes(placed, at)).toBe(bytes.length);
  expect(partitionLeaderEpoch(placed, at)).toBe(4);
  expect(magic(placed, at)).toBe(2);
  expect(attributes(placed, at)).toBe(0x10);
  expect(isTransactional(placed, at)).toBe(true);
  expect(isControl(placed, at)).toBe(false);
  expect(compressionType(placed, at)).toBe('none');
  expect(lastOffsetDelta(placed, at)).toBe(2);
  expect(batchLastOffset(placed, at)).toBe(2 ** 40 + 5);
  expect(baseTimestamp(placed, at)).toBe(1000);
  expect(maxTimestamp(placed, at)).toBe(3000);
  expect(producerId(placed, at)).toBe(2 ** 35);
  expect(producerEpoch(placed, at)).toBe(2);
  expect(baseSequence(placed, at)).toBe(0x7fff_ffff);
  expect(recordCount(placed, at)).toBe(3);
  expect(validateBatch(placed, at, placed.length)).toBe('NONE');
});

test('sequences wrap from 2^31−1 to 0', () => {
  expect(lastSequence(encodeBatch(idempotent), 0)).toBe(1);
});

test('base offset and leader epoch are set without touching the CRC', () => {
  const batch = encodeBatch(idempotent);
  setBaseOffset(batch, 0, 123_456_789_012);
  setPartitionLeaderEpoch(batch, 0, 77);
  expect(batchBaseOffset(batch, 0)).toBe(123_456_789_012);
  expect(partitionLeaderEpoch(batch, 0)).toBe(77);
  expect(hasValidCrc(batch, 0)).toBe(true);
});

test('log append time sets the attribute, the max timestamp and a fitting CRC, and is what readers see', () => {
  const batch = encodeBatch(idempotent);
  setLogAppendTime(batch, 0, 9_999);
  expect(isLogAppendTime(batch, 0)).toBe(true);
  expect(maxTimestamp(batch, 0)).toBe(9_999);
  expect(hasValidCrc(batch, 0)).toBe(true);
  expect(decodeRecords(batch).map((record) => record.timestamp)).toEqual([9_999, 9_999, 9_999]);
});

describe('validateBatch', () => {
  test('refuses every truncation and a byte too many', () => {
    const batch = encodeBatch(idempotent);
    for (let length = 0; length < batch.length; length += 1) {
      expect(validateBatch(batch, 0, length)).toBe('INVALID_RECORD');
    }
    expect(verdict(Buffer.concat([batch, Buffer.alloc(1)]))).toBe('INVALID_RECORD');
  });

  test('refuses two batches', () => {
    const batch = encodeBatch(idempotent);
    expect(verdict(Buffer.concat([batch, batch]))).toBe('INVALID_RECORD');
  });

  test('finds a single changed bit anywhere under the CRC', () => {
    const batch = encodeBatch(idempotent);
    for (let at = batchPositions.crc; at < batch.length; at += 1) {
      const damaged = Buffer.from(batch);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(verdict(damaged)).toBe('CORRUPT_MESSAGE');
    }
  });

  test('refuses magics: 0 and 1 as records of another time, others as corrupt', () => {
    expect(verdict(changed((batch) => batch.writeInt8(1, batchPositions.magic)))).toBe('INVALID_RECORD');
    expect(verdict(changed((batch) => batch.writeInt8(3, batchPositions.magic)))).toBe('CORRUPT_MESSAGE');
    expect(verdict(changed((batch) => batch.writeInt8(-1, batchPositions.magic)))).toBe('CORRUPT_MESSAGE');
  });

  test('refuses a length below any record', () => {
    const batch = encodeBatch(idempotent);
    batch.writeInt32BE(-5, batchPositions.batchLength);
    expect(verdict(batch)).toBe('CORRUPT_MESSAGE');
  });

  test.each([
    ['no records', (batch: Buffer) => batch.writeInt32BE(0, batchPositions.recordCount)],
    ['fewer records than offsets', (batch: Buffer) => batch.writeInt32BE(2, batchPositions.recordCount)],
    ['a negative last offset', (batch: Buffer) => batch.writeInt32BE(-1, batchPositions.lastOffsetDelta)],
    ['a control batch', (batch: Buffer) => batch.writeInt16BE(0x20, batchPositions.attributes)],
    ['a producer without a sequence', (batch: Buffer) => batch.writeInt32BE(-1, batchPositions.baseSequence)],
    [
      'a timestamp beyond 2^53',
      (batch: Buffer) => batch.writeInt32BE(0x7fff_ffff, batchPositions.maxTimestamp),
    ],
  ])('refuses with INVALID_RECORD: %s', (_name, change) => {
    expect(verdict(changed(change))).toBe('INVALID_RECORD');
  });

  test('refuses a compression that has no name', () => {
    expect(verdict(changed((batch) => batch.writeInt16BE(5, batchPositions.attributes)))).toBe(
      'UNSUPPORTED_COMPRESSION_TYPE',
    );
  });
});
