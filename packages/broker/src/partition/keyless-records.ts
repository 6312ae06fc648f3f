import { decodeRecords } from '@weir/kafka-protocol/records';
import { requestBytesMax } from '../limits.ts';
import { loadedCompression } from '../log/compression-loader.ts';

/** Whether any record of the batch has no key; only asked for compacted topics, as it must decompress. */
export function hasKeylessRecord(batch: Buffer): boolean {
  const records = decodeRecords(batch, 0, {
    compression: loadedCompression(),
    outputBytesMax: requestBytesMax,
  });
  return records.some((record) => record.key === null);
}
