import { batchBytes } from '@weir/kafka-protocol/record-batch';
import { isWholeBatch, placeOf } from '../log/batch-scan.ts';
import type { Frame } from '../memory/frame-pool.ts';
import type { Partition } from './partition.ts';

/**
 * Appends what the leader sent to a follower's log: whole batches that go on where it ends, with the offsets and
 * the epoch that they have. Returns why not; null when all of it is in the log.
 */
export function appendFetched(
  { log, isOpen, isLeader }: Pick<Partition, 'log' | 'isOpen' | 'isLeader'>,
  records: Buffer,
  frame: Frame,
): string | null {
  if (log === null || !isOpen || isLeader) return 'the log is not open to follow';
  for (let at = 0; at < records.length; at += batchBytes(records, at)) {
    if (!isWholeBatch(records, at)) return `no whole batch at ${at} of ${records.length} bytes`;
    const place = placeOf(records, at);
    if (place.baseOffset !== log.endOffset) return `offset ${place.baseOffset} where ${log.endOffset} is due`;
    log.append(place, records.subarray(at, at + place.length), frame);
  }
  return null;
}
