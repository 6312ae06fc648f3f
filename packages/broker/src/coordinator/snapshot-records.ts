import type { CoordinatorRecord } from './outcome.ts';

/**
 * Where a snapshot begins and ends, as records of the log that it lies in. Key: INT16 record type, which
 * Apache Kafka does not know and so skips, then INT8 0 (begin) or 1 (end). Value: INT16 version 0, then
 * INT64 the offset of the begin; of a begin itself, 0.
 */
const snapshotType = 0x5745;
const beginKind = 0;
const endKind = 1;
const keyBytes = 3;
const valueBytes = 10;

export type SnapshotMark =
  | { readonly kind: 'begin' }
  | { readonly kind: 'end'; readonly beginOffset: number };

export function snapshotMark(mark: SnapshotMark): CoordinatorRecord {
  const key = Buffer.alloc(keyBytes);
  key.writeInt16BE(snapshotType, 0);
  key.writeInt8(mark.kind === 'begin' ? beginKind : endKind, 2);
  const value = Buffer.alloc(valueBytes);
  value.writeBigInt64BE(BigInt(mark.kind === 'begin' ? 0 : mark.beginOffset), 2);
  return { key, value };
}

/** What the record says of a snapshot; null for every other record. */
export function readSnapshotMark({ key, value }: CoordinatorRecord): SnapshotMark | null {
  if (key.length !== keyBytes || key.readInt16BE(0) !== snapshotType) return null;
  if (key.readInt8(2) === beginKind) return { kind: 'begin' };
  if (value === null || value.length < valueBytes) return null;
  return { kind: 'end', beginOffset: Number(value.readBigInt64BE(2)) };
}
