import { compression } from '@weir/kafka-protocol/compression';
import {
  batchHeaderBytes,
  batchOverheadBytes,
  batchPositions,
  type CompressionType,
  compressionTypes,
  recordBytesMin,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';
import { batchOf } from '../src/testing/log-for-tests.ts';
import type { Random } from './random.ts';

/** The smallest record there is: no key, no value, no header. */
const smallRecord = Buffer.from([(recordBytesMin - 1) * 2, 0, 0, 0, 1, 1, 0]);
const keyedRecord = Buffer.from([recordBytesMin * 2, 0, 0, 0, 2, 0x6b, 1, 0]);
const bombBytes = 95 * 1024 * 1024;
const tinyRecords = 100_000;

/** A batch with a good CRC that holds these bytes and claims so many records. */
function batchWith(stored: Buffer, type: CompressionType, claimed: number): Buffer {
  const head = batchOf({ timestamp: Date.now() }).subarray(0, batchHeaderBytes);
  const bytes = Buffer.concat([head, stored]);
  bytes.writeInt32BE(bytes.length - batchOverheadBytes, batchPositions.batchLength);
  bytes.writeInt16BE(compressionTypes.indexOf(type), batchPositions.attributes);
  bytes.writeInt32BE(claimed - 1, batchPositions.lastOffsetDelta);
  bytes.writeInt32BE(claimed, batchPositions.recordCount);
  writeBatchCrc(bytes, 0);
  return bytes;
}

/** Batches that cost more than they seem to: by name, each made when it is first asked for. */
export function hostileBatches(random: Random): ReadonlyMap<string, () => Buffer> {
  const bombs = compressionTypes
    .filter((type) => type !== 'none')
    .flatMap((type): [string, () => Buffer][] => [
      [
        `a ${type} bomb`,
        () => {
          const count = Math.floor(bombBytes / smallRecord.length);
          const plain = Buffer.alloc(count * smallRecord.length, smallRecord);
          return batchWith(compression.compress(type, plain), type, count);
        },
      ],
      [
        `a ${type} bomb with keys`,
        () => {
          const count = Math.floor((2 * 1024 * 1024) / keyedRecord.length);
          const plain = Buffer.alloc(count * keyedRecord.length, keyedRecord);
          return batchWith(compression.compress(type, plain), type, count);
        },
      ],
      [`garbage as ${type}`, () => batchWith(random.bytes(2_000), type, 10)],
    ]);
  return new Map<string, () => Buffer>([
    ...bombs,
    ['garbage', () => random.bytes(3_000)],
    ['2^31−1 claimed records', () => batchWith(smallRecord, 'none', 0x7fff_ffff)],
    [
      '2^31−1 claimed records, compressed',
      () => batchWith(compression.compress('zstd', smallRecord), 'zstd', 0x7fff_ffff),
    ],
    [
      'a hundred thousand tiny records',
      () => batchWith(Buffer.alloc(tinyRecords * smallRecord.length, smallRecord), 'none', tinyRecords),
    ],
    ['a batch of 8 MiB', () => batchOf({ valueBytes: 8 * 1024 * 1024 - 200, timestamp: Date.now() })],
  ]);
}
