import { zstdCompressSync } from 'node:zlib';
import {
  batchHeaderBytes,
  batchOverheadBytes,
  batchPositions,
  recordBytesMin,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';
import { batchOf } from './log-for-tests.ts';

/** A zstd batch of so many of the smallest records there are, all without a key: about 1,500 of them a byte. */
export function bomb(count: number, timestamp = 1_800_000_000_000): Buffer {
  const record = Buffer.from([(recordBytesMin - 1) * 2, 0, 0, 0, 1, 1, 0]);
  const stored = zstdCompressSync(Buffer.alloc(count * recordBytesMin, record));
  const head = batchOf({ timestamp }).subarray(0, batchHeaderBytes);
  const bytes = Buffer.concat([head, stored]);
  bytes.writeInt32BE(bytes.length - batchOverheadBytes, batchPositions.batchLength);
  bytes.writeInt16BE(4, batchPositions.attributes);
  bytes.writeInt32BE(count - 1, batchPositions.lastOffsetDelta);
  bytes.writeInt32BE(count, batchPositions.recordCount);
  writeBatchCrc(bytes, 0);
  return bytes;
}
