import type { PartitionRecord, TopicRecord } from './model.ts';
import type { NumberedPartition } from './port.ts';

/** The topic after a change of kind `partitions`; numbers that it does not have are left out. */
export function withPartitions(topic: TopicRecord, changed: readonly NumberedPartition[]): TopicRecord {
  const partitions: PartitionRecord[] = [...topic.partitions];
  for (const { index, record } of changed) {
    if (partitions[index] !== undefined) partitions[index] = record;
  }
  return { ...topic, partitions };
}
