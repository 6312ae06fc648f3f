import { compression } from '@weir/kafka-protocol/compression';
import {
  batchBaseOffset,
  hasValidCrc,
  isLogAppendTime,
  maxTimestamp,
  partitionLeaderEpoch,
} from '@weir/kafka-protocol/record-batch';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { expect, test } from 'vitest';
import { batchOf, ledgerForTests } from '../testing/log-for-tests.ts';
import { acceptBatch, type BatchRules } from './accept-batch.ts';
import { nothingFound } from './inquiry.ts';
import { needsRecordCheck } from './record-check.ts';
import { runRecordTask } from './record-task.ts';

const now = 1_800_000_000_000;
const rules: BatchRules = {
  messageBytesMax: 10_000,
  timestampType: 'CreateTime',
  timestampBeforeMsMax: 60_000,
  timestampAfterMsMax: 60_000,
  isCompacted: false,
};
const at = { now, baseOffset: 1_000, leaderEpoch: 3 };
const accept = (batch: Buffer, changed: Partial<BatchRules> = {}, ledger = ledgerForTests()) =>
  acceptBatch(batch, { ...rules, ...changed }, ledger, at);

test('sets offset and leader epoch, whatever epoch the client put there, and leaves every other byte', () => {
  const sent = batchOf({ count: 3, partitionLeaderEpoch: 9 });
  const batch = Buffer.from(sent);
  expect(accept(batch)).toMatchObject({
    kind: 'accept',
    logAppendTimeMs: -1,
    place: { baseOffset: 1_000, lastOffset: 1_002, maxTimestamp: now + 2, length: sent.length },
  });
  expect([batchBaseOffset(batch, 0), partitionLeaderEpoch(batch, 0), hasValidCrc(batch, 0)]).toEqual([
    1_000,
    3,
    true,
  ]);
  expect(batch.subarray(16)).toEqual(sent.subarray(16));
});

test('with LogAppendTime the batch carries the time of its append, and a CRC that fits', () => {
  const batch = batchOf({ timestamp: 5 });
  expect(accept(batch, { timestampType: 'LogAppendTime' })).toMatchObject({
    kind: 'accept',
    logAppendTimeMs: now,
  });
  expect([isLogAppendTime(batch, 0), maxTimestamp(batch, 0), hasValidCrc(batch, 0)]).toEqual([
    true,
    now,
    true,
  ]);
});

test.each([
  ['MESSAGE_TOO_LARGE', batchOf({ valueBytes: 10_000 }), {}],
  ['INVALID_RECORD', Buffer.concat([batchOf(), batchOf()]), {}],
  ['INVALID_RECORD', batchOf({ baseOffset: 77 }), {}],
  ['CORRUPT_MESSAGE', batchOf().fill(0xee, 80, 81), {}],
  ['INVALID_RECORD', batchOf({ isControl: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }), {}],
  [
    'INVALID_TXN_STATE',
    batchOf({ isTransactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
    {},
  ],
  ['INVALID_RECORD', batchOf({ producerId: 1, producerEpoch: 0, baseSequence: -1 }), {}],
  ['INVALID_TIMESTAMP', batchOf({ timestamp: now + 60_001 }), {}],
  ['INVALID_TIMESTAMP', batchOf({ timestamp: now - 60_001 }), {}],
  [
    'INVALID_RECORD',
    encodeBatch({ records: [{ timestamp: now, key: null, value: null }] }),
    { isCompacted: true },
  ],
] as const)('refuses with %s and learns nothing (%#)', (error, batch, changed) => {
  const ledger = ledgerForTests();
  const before = Buffer.from(batch);
  expect(accept(Buffer.from(batch), changed, ledger)).toMatchObject({ kind: 'reject', error });
  expect([ledger.size, batch.equals(before)]).toEqual([0, true]);
});

test('a repeat is told with the offset of the first, and leaves the bytes as they came', () => {
  const ledger = ledgerForTests();
  const sequence = { producerId: 5, producerEpoch: 0, baseSequence: 0 };
  ledger.learn(5, 0, { firstSequence: 0, lastSequence: 2, baseOffset: 40, lastOffset: 42, timestamp: now });
  const sent = batchOf({ count: 3, ...sequence });
  const batch = Buffer.from(sent);
  expect(accept(batch, {}, ledger)).toEqual({
    kind: 'duplicate',
    baseOffset: 40,
    lastOffset: 42,
    logAppendTimeMs: -1,
  });
  expect(batch).toEqual(sent);
  expect(accept(batchOf({ ...sequence, baseSequence: 4 }), {}, ledger)).toMatchObject({
    error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  });
});

test.each([
  ['INVALID_RECORD', { kind: 'found', offset: 0, timestamp: 0, isKeyless: true }],
  ['INVALID_RECORD', { kind: 'malformed' }],
  ['MESSAGE_TOO_LARGE', { kind: 'too-large' }],
  ['KAFKA_STORAGE_ERROR', { kind: 'unknown' }],
  ['KAFKA_STORAGE_ERROR', null],
] as const)('a compacted topic refuses a compressed batch with %s when its keys are %o', (error, keys) => {
  const batch = encodeBatch(
    { compressionType: 'zstd', records: [{ timestamp: now, key: Buffer.from('k'), value: null }] },
    compression,
  );
  const verdict = acceptBatch(batch, { ...rules, isCompacted: true }, ledgerForTests(), at, {
    records: keys,
    isProducerUnknown: false,
    verification: null,
  });
  expect(verdict).toMatchObject({ kind: 'reject', error });
  const told = acceptBatch(batch, { ...rules, isCompacted: true }, ledgerForTests(), at, {
    records: { kind: 'none' },
    isProducerUnknown: false,
    verification: null,
  });
  expect(told.kind).toBe('accept');
});

const dayMs = 86_400_000;

test.each([
  ['none', [now, now - 60_000], {}, null],
  ['a record that is too early behind the first', [now, now, now - 60_001], {}, 2],
  ['the first', [now - 60_001, now], {}, 0],
  ['the only one, too late', [now + 60_001], {}, 0],
  ['one behind the first, too late', [now, now + 60_001], {}, 1],
  ['none where the broker keeps its own time', [now - 5 * dayMs], { timestampType: 'LogAppendTime' }, null],
  ['none where no record is too old', [now, 5], { timestampBeforeMsMax: 2 ** 63 }, null],
] as const)('of times outside of a topic’s bounds, %s is refused', (_, timestamps, changed, index) => {
  const records = timestamps.map((timestamp) => ({ timestamp, key: null, value: null }));
  const verdict = accept(encodeBatch({ records }), changed);
  if (index === null) expect(verdict.kind).toBe('accept');
  else {
    expect(verdict).toMatchObject({ kind: 'reject', error: 'INVALID_TIMESTAMP', recordIndex: index });
  }
});

test('a record that is too early is found in a compressed batch as well', () => {
  const records = [now, now - 60_001].map((timestamp) => ({ timestamp, key: null, value: null }));
  const batch = encodeBatch({ compressionType: 'zstd', records }, compression);
  expect(needsRecordCheck(batch, rules, now)).toBe(true);
  const find = { kind: 'unfit', isKeyless: false, times: { from: now - 60_000, to: now + 60_000 } } as const;
  const answer = runRecordTask({ batch, find, plainBytesMax: 1_000 }, compression);
  const verdict = acceptBatch(batch, rules, ledgerForTests(), at, { ...nothingFound, records: answer });
  expect(verdict).toMatchObject({ kind: 'reject', error: 'INVALID_TIMESTAMP', recordIndex: 1 });
});
