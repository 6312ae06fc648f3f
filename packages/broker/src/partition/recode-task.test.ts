import { compression } from '@weir/kafka-protocol/compression';
import {
  batchHeaderBytes,
  batchPositions,
  type CompressionType,
  compressionType,
  compressionTypes,
  validateBatch,
} from '@weir/kafka-protocol/record-batch';
import { decodeRecords, encodeBatch } from '@weir/kafka-protocol/records';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bomb } from '../testing/bomb-for-tests.ts';
import { type RecodeTask, runRecodeTask } from './recode-task.ts';

const mebibyte = 1024 * 1024;
const run = (batch: Buffer, type: CompressionType, more: Partial<RecodeTask> = {}) =>
  runRecodeTask(
    {
      ...{ batch, compression: { type, level: null }, plainBytesMax: mebibyte, batchBytesMax: mebibyte },
      ...more,
    },
    compression,
  );
const recoded = (batch: Buffer, type: CompressionType, more: Partial<RecodeTask> = {}): Buffer => {
  const answer = run(batch, type, more);
  if (answer.kind !== 'recoded') throw new Error(answer.kind);
  return Buffer.from(answer.batch);
};
const positions = ['lastOffsetDelta', 'baseTimestamp', 'maxTimestamp', 'producerId', 'recordCount'] as const;
/** What a header says besides length, CRC and compression. */
const headOf = (batch: Buffer) => [
  batch.readInt16BE(batchPositions.attributes) & ~0x07,
  ...positions.map((name) => batch.readInt32BE(batchPositions[name])),
  batch.subarray(batchPositions.producerId, batchHeaderBytes).toString('hex'),
];

const record = fc.record({
  timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  key: fc.option(fc.uint8Array({ maxLength: 20 }).map(Buffer.from)),
  value: fc.option(fc.uint8Array({ maxLength: 300 }).map(Buffer.from)),
});
const aType = fc.constantFrom<CompressionType>(...compressionTypes);

it('the records and all that the header says of them stay what they were, from each compression to each', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 20 }),
      ...[aType, aType, fc.boolean()],
      (records, from, to, isTransactional) => {
        const producer = { producerId: 77, producerEpoch: 3, baseSequence: 12, isTransactional };
        const batch = encodeBatch({ records, compressionType: from, ...producer }, compression);
        const made = recoded(batch, to);
        expect(validateBatch(made, 0, made.length)).toBe('NONE');
        expect(compressionType(made, 0)).toBe(to);
        expect(headOf(made)).toEqual(headOf(batch));
        expect(decodeRecords(made, 0, { compression })).toEqual(decodeRecords(batch, 0, { compression }));
      },
    ),
  );
});

const compressible = () => {
  const records = Array.from({ length: 500 }, (_, at) => ({
    ...{ timestamp: 1_800_000_000_000 + at, key: null },
    value: Buffer.from(JSON.stringify({ id: at, name: `customer ${at % 7}`, state: 'shipped' })),
  }));
  return encodeBatch({ records }, compression);
};

it.each(['gzip', 'zstd'] as const)('a higher level of %s makes less of the same records', (type) => {
  const [low, high] = [1, 9].map(
    (level) => recoded(compressible(), type, { compression: { type, level } }).length,
  );
  expect(high).toBeLessThan(low ?? 0);
});

it('what grows past what may be looked into, or past what a batch may have, is too large', () => {
  expect(run(bomb(2 * mebibyte, 1_800_000_000_000), 'none')).toEqual({ kind: 'too-large' });
  const small = encodeBatch(
    { compressionType: 'zstd', records: [{ timestamp: 0, key: null, value: Buffer.alloc(5_000) }] },
    compression,
  );
  expect(run(small, 'none', { batchBytesMax: 5_000 })).toEqual({ kind: 'too-large' });
  expect(run(small, 'none', { batchBytesMax: 5_200 }).kind).toBe('recoded');
});

it('records that cannot be read are not passed on', () => {
  const broken = compressible();
  broken.fill(0xff, batchHeaderBytes, batchHeaderBytes + 20);
  expect(run(broken, 'gzip')).toEqual({ kind: 'malformed' });
});
