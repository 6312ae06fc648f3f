import { compression } from '@weir/kafka-protocol/compression';
import {
  batchHeaderBytes,
  batchOverheadBytes,
  batchPositions,
  type CompressionType,
  compressionTypes,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';
import { encodeBatch } from '@weir/kafka-protocol/records';
import type { Random } from '../abuse/random.ts';
import { damaged } from './damage.ts';

const recordsMax = 8;
const valueBytesMax = 60;

export const drawnCompression = (random: Random): CompressionType =>
  compressionTypes[random.below(compressionTypes.length)] ?? 'none';

const drawnBytes = (random: Random): Buffer | null =>
  random.below(6) === 0 ? null : random.bytes(random.below(valueBytesMax));

/** Bytes that compress, as people's do. */
const repeating = (random: Random): Buffer => Buffer.alloc(random.below(2_000), random.bytes(7));

/** A batch as a producer would make it. `timestamp`: about which its records' times are, milliseconds. */
export function drawnBatch(random: Random, timestamp: number): Buffer {
  const records = Array.from({ length: 1 + random.below(recordsMax) }, () => ({
    timestamp: timestamp + random.below(1_000),
    key: drawnBytes(random),
    value: random.below(3) === 0 ? repeating(random) : drawnBytes(random),
    headers: Array.from({ length: random.below(3) }, () => ({
      key: random.bytes(random.below(9)).toString('hex'),
      value: drawnBytes(random),
    })),
  }));
  const isIdempotent = random.below(4) === 0;
  return encodeBatch(
    {
      records,
      compressionType: drawnCompression(random),
      producerId: isIdempotent ? random.below(5) : -1,
      producerEpoch: isIdempotent ? random.below(3) : -1,
      baseSequence: isIdempotent ? random.below(20) : -1,
      isTransactional: random.below(8) === 0,
    },
    compression,
  );
}

/** The batch with something wrong in it: mostly where a good length and CRC lead further in. */
export function damagedBatch(batch: Buffer, random: Random): Buffer {
  const choice = random.below(10);
  if (choice === 0) return damaged(batch, random);
  const records = batch.subarray(batchHeaderBytes);
  const bytes =
    choice < 5
      ? damaged(batch, random)
      : Buffer.concat([batch.subarray(0, batchHeaderBytes), damaged(records, random)]);
  if (bytes.length < batchHeaderBytes) return bytes;
  bytes.writeInt32BE(bytes.length - batchOverheadBytes, batchPositions.batchLength);
  bytes.writeInt8(2, batchPositions.magic);
  writeBatchCrc(bytes, 0);
  return bytes;
}
