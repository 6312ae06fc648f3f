import { batchHeaderBytes, compressionType, isControl } from './record-batch.ts';
import { encodeBatch } from './records.ts';
import { VarintReader } from './varint.ts';

/**
 * The record that ends a transaction in a partition (KIP-98): the only one of a control batch, whose header says
 * whose transaction it was. Key: INT16 version 0, INT16 type (0 abort, 1 commit); value: INT16 version 0, INT32
 * coordinator epoch.
 */
export interface EndMarker {
  readonly isCommit: boolean;
  /** The term of the transaction's coordinator, so that one of a former term is not listened to. */
  readonly coordinatorEpoch: number;
}

export interface NewEndMarker extends EndMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly timestamp: number;
}

const abortType = 0;
const commitType = 1;
const keyBytes = 4;
const valueBytes = 6;

/** A whole control batch; its offset and leader epoch are the partition's to set. */
export function encodeEndMarker(marker: NewEndMarker): Buffer {
  const { producerId, producerEpoch, timestamp, isCommit, coordinatorEpoch } = marker;
  const key = Buffer.alloc(keyBytes);
  key.writeInt16BE(isCommit ? commitType : abortType, 2);
  const value = Buffer.alloc(valueBytes);
  value.writeInt32BE(coordinatorEpoch, 2);
  const records = [{ timestamp, key, value }];
  return encodeBatch({ records, producerId, producerEpoch, isTransactional: true, isControl: true });
}

/** What a batch says of the end of a transaction; null for one that holds data, or another kind of control record. */
export function readEndMarker(batch: Buffer, at: number): EndMarker | null {
  if (!isControl(batch, at) || compressionType(batch, at) !== 'none') return null;
  const record = new VarintReader(batch.subarray(at + batchHeaderBytes));
  record.varint();
  record.skip(1);
  record.varlong();
  record.varint();
  const key = record.nullableBytes();
  const value = record.nullableBytes();
  if (key === null || key.length < keyBytes || value === null || value.length < valueBytes) return null;
  const type = key.readInt16BE(2);
  if (type !== abortType && type !== commitType) return null;
  return { isCommit: type === commitType, coordinatorEpoch: value.readInt32BE(2) };
}
