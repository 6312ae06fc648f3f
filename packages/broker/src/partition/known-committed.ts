import type { PartitionRecord } from '@weir/metadata-store/model';
import type { PartitionLog } from '../log/partition-log.ts';
import type { PartitionEnvironment } from './partition-environment.ts';

/**
 * Up to where a log that was just read is known to be committed: what this broker has written down of that, and where
 * it begins. A term of its leader tells more. A broker that has not registered has none, and is asked for what is
 * committed all the same: of a partition that has this replica alone that is all that is in the log. Records of a later
 * term than the row's are of a time of which this broker does not know who else had the partition.
 */
export function knownCommitted(
  { highWatermarks, isUnregistered }: PartitionEnvironment,
  record: PartitionRecord,
  dir: string,
  log: PartitionLog,
): number {
  const written = highWatermarks?.of(dir) ?? 0;
  const isWhole = isUnregistered !== true || record.replicas.length > 1 || written > 0;
  if (isWhole) return Math.max(written, log.startOffset);
  if (log.epochs.latest <= record.leaderEpoch) return log.endOffset;
  return log.epochs.endOf(record.leaderEpoch, log.endOffset)?.endOffset ?? log.startOffset;
}
