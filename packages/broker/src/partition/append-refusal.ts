import { pendingAppendBytesMax } from '../limits.ts';
import { type Appended, notEnough, refused } from './appended.ts';
import type { Partition } from './partition.ts';
import { minInsyncReplicasOf } from './partition-settings.ts';

/** Why nothing can be appended now, whatever it is; null where it can. */
export function appendRefusal(partition: Partition, requiresAllReplicas: boolean): Appended | null {
  const { log, isOpen, hold, record, settings } = partition;
  if (log === null || !isOpen) return refused('KAFKA_STORAGE_ERROR', null);
  if (!partition.hasBegun || hold.isHeld || partition.isCutOff)
    return refused('NOT_LEADER_OR_FOLLOWER', null);
  const needed = minInsyncReplicasOf(settings, record);
  if (requiresAllReplicas && record.isr.length < needed)
    return refused('NOT_ENOUGH_REPLICAS', notEnough(record, needed));
  if (log.bytesPending > pendingAppendBytesMax)
    return refused('KAFKA_STORAGE_ERROR', 'The disk is behind; try again.');
  return null;
}
