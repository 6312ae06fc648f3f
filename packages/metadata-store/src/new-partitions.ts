import type { ClusterLimits, TopicRecord } from './model.ts';
import { type BrokerLoad, placePartitions } from './placement.ts';
import type { CreatePartitionsRefusal, NewPartitions, Result } from './port.ts';
import { decideReplicationFactor, refused } from './rules.ts';

/** What the decision on more partitions rests on, read in the same view in which they are then written. */
export interface NewPartitionsFacts {
  /** null: the cluster has no such topic. */
  readonly topic: TopicRecord | null;
  /** Of its cluster. */
  readonly limits: Pick<ClusterLimits, 'partitionsMax'> | null;
  /** Partitions that the cluster has already. */
  readonly partitionCount: number;
  /** Those that are not cordoned. */
  readonly brokers: readonly BrokerLoad[];
}

/** Every rule on more partitions, in the order in which Apache Kafka's controller applies them, then placement. */
export function decideNewPartitions(
  asked: NewPartitions,
  { topic, limits, partitionCount, brokers }: NewPartitionsFacts,
): Result<TopicRecord, CreatePartitionsRefusal> {
  if (topic === null || limits === null) return unknownTopic(asked.topicId);
  const present = topic.partitions.length;
  const problem = countProblem(topic, asked.partitionCount);
  if (problem !== null) return refused('INVALID_PARTITIONS', problem);
  const more = asked.partitionCount - present;
  if (partitionCount + more > limits.partitionsMax) {
    const message = `The cluster has ${partitionCount} partitions and this asks for ${more} more: its limit partitionsMax is ${limits.partitionsMax}.`;
    return refused('POLICY_VIOLATION', message);
  }
  const [first] = topic.partitions;
  const asMany = (first?.reassignment?.to ?? first?.replicas)?.length ?? -1;
  const factor = decideReplicationFactor(asMany, brokers);
  if (!factor.ok) return factor;
  const placed = placePartitions(more, factor.value, brokers);
  return { ok: true, value: { ...topic, partitions: [...topic.partitions, ...placed] } };
}

export const unknownTopic = (topicId: string) =>
  refused('UNKNOWN_TOPIC_ID', `There is no topic with the id ${topicId}.`);

/** Why the topic cannot have so many partitions from now on, in Apache Kafka's words: there can only be more. */
export function countProblem(topic: Pick<TopicRecord, 'name' | 'partitions'>, count: number): string | null {
  const present = topic.partitions.length;
  if (count === present) return `Topic already has ${present} partition(s).`;
  if (Number.isInteger(count) && count > present) return null;
  return `The topic ${topic.name} currently has ${present} partition(s); ${count} would not be an increase.`;
}
