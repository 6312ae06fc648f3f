/** A topic as far as share groups assign it. */
export interface SharedTopic {
  readonly topicId: string;
  readonly partitionCount: number;
  /** Who subscribes to it, in an order that stays. */
  readonly memberIds: readonly string[];
}

/** Partitions by topic id. */
export type SharedPartitions = ReadonlyMap<string, readonly number[]>;

/**
 * Kafka's simple assignor for share groups: each partition has at least one member, and each member at least one
 * partition of what it subscribes to; members beyond the partitions share these evenly. Returns what the member has.
 */
export function assignShared(memberId: string, topics: Iterable<SharedTopic>): SharedPartitions {
  const assigned = new Map<string, readonly number[]>();
  for (const { topicId, partitionCount, memberIds } of topics) {
    const index = memberIds.indexOf(memberId);
    if (index === -1 || partitionCount === 0) continue;
    const partitions: number[] = [];
    for (let at = index % partitionCount; at < partitionCount; at += memberIds.length) partitions.push(at);
    assigned.set(topicId, partitions);
  }
  return assigned;
}
