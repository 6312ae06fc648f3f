import { expect, test } from 'vitest';
import { encodeEndMarker, readEndMarker } from './control-records.ts';
import {
  baseSequence,
  batchBytes,
  hasValidCrc,
  isControl,
  isTransactional,
  producerEpoch,
  producerId,
  validateBatch,
} from './record-batch.ts';
import { encodeBatch } from './records.ts';

const marker = { producerId: 7_000_000_001, producerEpoch: 12, timestamp: 1_700_000_000_000 };

test('a marker has the bytes that Apache Kafka writes for it', () => {
  const batch = encodeEndMarker({ ...marker, isCommit: true, coordinatorEpoch: 5 });
  // Length 15, attributes, timestamp and offset delta, key 0 0 0 1, value 0 0 0 0 0 5, no headers.
  expect(batch.subarray(61).toString('hex')).toBe('2000000008000000010c00000000000500');
  expect(batchBytes(batch, 0)).toBe(78);
});

test.each([true, false])('a marker is read back as it was written (commit: %s)', (isCommit) => {
  const batch = encodeEndMarker({ ...marker, isCommit, coordinatorEpoch: 0x7fff_ffff });
  expect(readEndMarker(batch, 0)).toEqual({ isCommit, coordinatorEpoch: 0x7fff_ffff });
  expect(readEndMarker(Buffer.concat([Buffer.alloc(9), batch]), 9)?.isCommit).toBe(isCommit);
  expect([producerId(batch, 0), producerEpoch(batch, 0), baseSequence(batch, 0)]).toEqual([
    marker.producerId,
    marker.producerEpoch,
    -1,
  ]);
  expect([isControl(batch, 0), isTransactional(batch, 0), hasValidCrc(batch, 0)]).toEqual([true, true, true]);
});

test('nothing but the end of a transaction is taken for one', () => {
  const value = Buffer.alloc(6);
  const of = (key: Buffer, isOfControl: boolean) =>
    encodeBatch({ records: [{ key, value, timestamp: 0 }], isControl: isOfControl });
  expect(readEndMarker(of(Buffer.from([0, 0, 0, 1]), false), 0)).toBeNull();
  expect(readEndMarker(of(Buffer.from([0, 0, 0, 2]), true), 0)).toBeNull();
  expect(readEndMarker(of(Buffer.from([0, 0]), true), 0)).toBeNull();
});

test('a marker from a client is no batch that may be appended', () => {
  const batch = encodeEndMarker({ ...marker, isCommit: true, coordinatorEpoch: 0 });
  expect(validateBatch(batch, 0, batch.length)).toBe('INVALID_RECORD');
});
