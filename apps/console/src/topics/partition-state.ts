import type { TopicPartition } from '@weir/contracts/topics';

export interface ReplicaState {
  readonly brokerId: number;
  readonly isInSync: boolean;
  /** The zone of its broker; null: it has none. */
  readonly rack: string | null;
}

/** The replicas in the cell's order: the first is the one that leads when all is well. */
export function replicasOf(partition: TopicPartition): readonly ReplicaState[] {
  const { replica_ids, isr_ids, replica_racks } = partition;
  return replica_ids.map((brokerId, at) => ({
    brokerId,
    isInSync: isr_ids.includes(brokerId),
    rack: replica_racks[at] ?? null,
  }));
}

/** Null: no replica that may lead is alive. */
export function leaderOf({ leader_id }: TopicPartition): number | null {
  return leader_id < 0 ? null : leader_id;
}

/** How the topic is, in a few words. */
export function summaryOf(partitions: readonly TopicPartition[]): string {
  const leaderless = partitions.filter((partition) => leaderOf(partition) === null).length;
  const behind = partitions.filter((each) => replicasOf(each).some((replica) => !replica.isInSync)).length;
  if (leaderless > 0) return `${leaderless} of ${partitions.length} without a leader`;
  if (behind > 0) return `${behind} of ${partitions.length} with replicas that are not in sync`;
  return 'All replicas in sync';
}
