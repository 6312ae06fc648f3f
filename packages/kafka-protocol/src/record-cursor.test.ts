import { expect, test } from 'vitest';
import { ProtocolError } from './protocol-error.ts';
import { setLogAppendTime } from './record-batch.ts';
import { RecordCursor } from './record-cursor.ts';
import { decodeRecords, encodeBatch, plainRecords } from './records.ts';

const batch = encodeBatch({
  baseOffset: 100,
  records: Array.from({ length: 300 }, (_, index) => ({
    timestamp: 1_700_000_000_000 + ((index * 37) % 100),
    key: index % 3 === 0 ? null : Buffer.from(`key ${index}`),
    value: Buffer.alloc(index),
    headers: index % 2 === 0 ? [{ key: 'h', value: null }] : [],
  })),
});

function walk(bytes: Buffer) {
  const cursor = new RecordCursor(bytes, 0, plainRecords(bytes, 0, {}));
  const found: { offset: number; timestamp: number; hasKey: boolean }[] = [];
  while (cursor.next())
    found.push({ offset: cursor.offset, timestamp: cursor.timestamp, hasKey: cursor.hasKey });
  return found;
}

test('tells of each record what decoding it tells', () => {
  const decoded = decodeRecords(batch).map(({ offset, timestamp, key }) => ({
    offset,
    timestamp,
    hasKey: key !== null,
  }));
  expect(walk(batch)).toEqual(decoded);
});

test('with LogAppendTime every record has the time of the batch', () => {
  const appended = Buffer.from(batch);
  setLogAppendTime(appended, 0, 42);
  expect(new Set(walk(appended).map((record) => record.timestamp))).toEqual(new Set([42]));
});

test('answers any damaged or cut record with a ProtocolError or with a record', () => {
  const small = encodeBatch({ records: [{ timestamp: 5, key: Buffer.from('k'), value: Buffer.from('v') }] });
  for (let at = 61; at < small.length; at += 1) {
    for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
      const damaged = Buffer.from(small);
      damaged[at] = byte;
      try {
        expect(walk(damaged).length).toBeLessThanOrEqual(1);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
    expect(() => walk(Buffer.from(small.subarray(0, at)))).toThrow(ProtocolError);
  }
});
