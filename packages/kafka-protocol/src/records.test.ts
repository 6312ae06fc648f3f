import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compression } from './compression.ts';
import { OutputTooLargeError, ProtocolError } from './protocol-error.ts';
import {
  type CompressionType,
  compressionTypes,
  hasValidCrc,
  validateBatch,
  writeBatchCrc,
} from './record-batch.ts';
import { decodeRecords, encodeBatch, type NewBatch } from './records.ts';

/** One batch in each compression, as Apache Kafka 4.3.0's MemoryRecordsBuilder wrote it. */
const golden = new Map(
  readFileSync(join(import.meta.dirname, 'golden-batches.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row): [string, Buffer] => {
      const [type = '', hex = ''] = row.split('\t');
      return [type, Buffer.from(hex, 'hex')];
    }),
);

const repeated = Buffer.from('value zero value zero value zero');
const batch: NewBatch = {
  baseOffset: 1000,
  partitionLeaderEpoch: 5,
  producerId: 4242,
  producerEpoch: 7,
  baseSequence: 99,
  isTransactional: true,
  records: [
    {
      timestamp: 1_700_000_000_000,
      key: Buffer.from('key-0'),
      value: repeated,
      headers: [
        { key: 'h1', value: Buffer.from('x') },
        { key: 'h2', value: null },
      ],
    },
    { timestamp: 1_700_000_000_005, key: null, value: repeated },
    { timestamp: 1_699_999_999_990, key: Buffer.from('key-2'), value: null },
  ],
};
const decoded = batch.records.map((record, index) => ({
  ...record,
  headers: record.headers ?? [],
  offset: 1000 + index,
}));

test('encodes the bytes of Apache Kafka', () => {
  expect(encodeBatch(batch).toString('hex')).toBe(golden.get('none')?.toString('hex'));
});

describe.each(compressionTypes)('%s', (type) => {
  test('reads what Apache Kafka wrote', () => {
    const bytes = golden.get(type) ?? Buffer.alloc(0);
    expect(validateBatch(bytes, 0, bytes.length)).toBe('NONE');
    expect(decodeRecords(bytes, 0, { compression })).toEqual(decoded);
  });

  test('reads what it wrote, anywhere in a buffer', () => {
    const bytes = encodeBatch({ ...batch, compressionType: type }, compression);
    const placed = Buffer.concat([Buffer.alloc(13, 7), bytes, Buffer.alloc(5, 9)]);
    expect(decodeRecords(placed, 13, { compression })).toEqual(decoded);
  });

  test('refuses to grow past the cap', () => {
    if (type === 'none') return;
    const value = Buffer.alloc(300_000, 'a');
    const bytes = encodeBatch(
      { compressionType: type, records: [{ timestamp: 0, key: null, value }] },
      compression,
    );
    expect(decodeRecords(bytes, 0, { compression, outputBytesMax: 400_000 })).toHaveLength(1);
    expect(() => decodeRecords(bytes, 0, { compression, outputBytesMax: 250_000 })).toThrow(
      OutputTooLargeError,
    );
  });

  test('refuses every truncation, with whatever the length then says', () => {
    const bytes = golden.get(type) ?? Buffer.alloc(0);
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = Buffer.from(bytes.subarray(0, length));
      expect(() => decodeRecords(cut, 0, { compression })).toThrow(ProtocolError);
      if (length < 61) continue;
      cut.writeInt32BE(length - 12, 8);
      // A compressed stream may end early and still hold its records; it may not do anything else.
      if (type === 'none') expect(() => decodeRecords(cut, 0, { compression })).toThrow(ProtocolError);
      else settles(cut);
    }
  });

  test('answers any damage with records or a ProtocolError', () => {
    const bytes = golden.get(type) ?? Buffer.alloc(0);
    for (let at = 61; at < bytes.length; at += 1) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect(hasValidCrc(damaged, 0)).toBe(false);
        settles(damaged);
      }
    }
  });
});

function settles(bytes: Buffer): void {
  try {
    decodeRecords(bytes, 0, { compression, outputBytesMax: 1 << 20 });
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
}

/** A batch whose compressed bytes are these, and which claims so many records. */
function claiming(type: CompressionType, stored: Buffer, count: number): Buffer {
  const head = encodeBatch({ records: [{ timestamp: 0, key: null, value: null }] }).subarray(0, 61);
  const bytes = Buffer.concat([head, stored]);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt16BE(compressionTypes.indexOf(type), 21);
  bytes.writeInt32BE(count - 1, 23);
  bytes.writeInt32BE(count, 57);
  writeBatchCrc(bytes, 0);
  return bytes;
}

test('bytes that claim to be two gigabytes cost nothing', () => {
  const snappy = claiming('snappy', Buffer.from('ffffffff0700000000', 'hex'), 1);
  const frame = Buffer.from('04224d18686000000080000000000f0500000061616161610000000000', 'hex');
  const before = process.memoryUsage().arrayBuffers;
  for (const bytes of [snappy, claiming('lz4', frame, 1)]) {
    expect(() => decodeRecords(bytes, 0, { compression, outputBytesMax: 2 ** 31 - 1 })).toThrow(
      ProtocolError,
    );
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
});

test.each(compressionTypes)(
  '%s: refuses more records than the bytes can hold, before and after decoding',
  (type) => {
    const stored = Buffer.alloc(9, 1);
    const claimed = claiming(type, stored, 2 ** 31 - 1);
    expect(validateBatch(claimed, 0, claimed.length)).toBe('INVALID_RECORD');
    const honest = encodeBatch(
      { compressionType: type, records: [{ timestamp: 0, key: null, value: null }] },
      compression,
    );
    expect(validateBatch(honest, 0, honest.length)).toBe('NONE');
    const two = claiming(type, Buffer.from(honest.subarray(61)), 2);
    expect(() => decodeRecords(two, 0, { compression })).toThrow('2 records in 7 bytes');
  },
);

test.each(['gzip', 'zstd', 'lz4', 'snappy'] as const)(
  '%s: the most repetitive records there are keep their count',
  (type) => {
    const records = Array.from({ length: 20_000 }, () => ({ timestamp: 0, key: null, value: null }));
    const bytes = encodeBatch({ compressionType: type, records }, compression);
    expect(validateBatch(bytes, 0, bytes.length)).toBe('NONE');
  },
);

test.each(['gzip', 'zstd', 'lz4', 'snappy'] as const)(
  '%s: what grows exactly to the bound is taken, and not a byte more',
  (type) => {
    // Of several blocks the last is short, and some of it compresses.
    const noise = Buffer.from(Array.from({ length: 90_000 }, (_, at) => (at * at * 31) >> 3));
    const plain = Buffer.concat([noise, Buffer.alloc(60_001, 'abc')]);
    const stored = compression.compress(type, plain);
    expect(compression.decompress(type, stored, plain.length).equals(plain)).toBe(true);
    expect(() => compression.decompress(type, stored, plain.length - 1)).toThrow(OutputTooLargeError);
  },
);

test('reads a bare snappy block, as librdkafka writes it', () => {
  const framed = encodeBatch({ ...batch, compressionType: 'snappy' }, compression);
  const bare = Buffer.concat([framed.subarray(0, 61), framed.subarray(61 + 20)]);
  bare.writeInt32BE(bare.length - 12, 8);
  expect(decodeRecords(bare, 0, { compression })).toEqual(decoded);
});

test('decodes what it encoded, for any records and any compression', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array)));
  const record = fc.record(
    {
      timestamp: fc.integer({ min: 0, max: 2 ** 50 }),
      key: bytes,
      value: bytes,
      headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 8 }), value: bytes }), {
        maxLength: 3,
      }),
    },
    { noNullPrototype: true },
  );
  const type = fc.constantFrom<CompressionType>(...compressionTypes);
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), type, (records, compressionType) => {
      const encoded = encodeBatch({ records, compressionType, baseOffset: 7 }, compression);
      expect(validateBatch(encoded, 0, encoded.length)).toBe('NONE');
      const back = decodeRecords(encoded, 0, { compression });
      expect(back).toEqual(records.map((one, index) => ({ ...one, offset: 7 + index })));
    }),
    { numRuns: 200, seed: 430 },
  );
});
