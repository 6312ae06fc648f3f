import { decodeRecords } from '@weir/kafka-protocol/records';
import { requestBytesMax } from '../limits.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { findBatchByTimestamp } from '../log/read.ts';
import type { Partition } from './partition.ts';

/** The first committed record at or after `timestamp` (milliseconds), to the record; null when there is none. */
export async function findRecordByTimestamp(
  partition: Partition,
  timestamp: number,
): Promise<{ readonly timestamp: number; readonly offset: number } | null> {
  if (partition.log === null) return null;
  const batch = await findBatchByTimestamp(partition.log, timestamp, partition.highWatermark);
  if (batch === null) return null;
  const compression = await loadCompression();
  const records = decodeRecords(batch, 0, { compression, outputBytesMax: requestBytesMax });
  const found = records.find((record) => record.timestamp >= timestamp);
  return found === undefined ? null : { timestamp: found.timestamp, offset: found.offset };
}

/** The greatest timestamp in the log; −1 when it is empty. */
export function newestTimestamp(partition: Partition): number {
  // What a damaged segment holds is not known, so its timestamp is only a guess for retention.
  const sound = partition.log?.segments.filter((segment) => !segment.isDamaged) ?? [];
  return sound.reduce((max, segment) => Math.max(max, segment.maxTimestamp), -1);
}
