import type { TopicPartition } from '@weir/contracts/topics';

export interface ReplicaState {
  readonly brokerId: number;
  readonly isInSync: boolean;
  /** The partition is on its way: this one is getting a copy, or lets go of it in the end; null: it stays. */
  readonly move: 'coming' | 'going' | null;
  /** The zone of its broker; null: it has none. */
  readonly rack: string | null;
}

/** The replicas in the cell's order: the first is the one that leads when all is well. */
export function replicasOf(partition: TopicPartition): readonly ReplicaState[] {
  const { replica_ids, isr_ids, replica_racks, adding_replica_ids, removing_replica_ids } = partition;
  return replica_ids.map((brokerId, at) => ({
    brokerId,
    isInSync: isr_ids.includes(brokerId),
    move: adding_replica_ids.includes(brokerId)
      ? 'coming'
      : removing_replica_ids.includes(brokerId)
        ? 'going'
        : null,
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
  const isBehind = ({ isInSync, move }: ReplicaState) => !isInSync && move === null;
  const behind = partitions.filter((each) => replicasOf(each).some(isBehind)).length;
  const moving = partitions.filter((each) => replicasOf(each).some(({ move }) => move !== null)).length;
  if (leaderless > 0) return `${leaderless} of ${partitions.length} without a leader`;
  if (behind > 0) return `${behind} of ${partitions.length} with replicas that are not in sync`;
  if (moving > 0) return `${moving} of ${partitions.length} on the way to other brokers`;
  return 'All replicas in sync';
}
