import type { ConsumerLag } from '@weir/contracts/consumer-groups';

/** How far a group is behind in one topic. */
export interface TopicLag {
  readonly topic: string;
  readonly total: number;
  /** In the order of their numbers. */
  readonly partitions: readonly ConsumerLag[];
}

/** The topic in which the group is furthest behind comes first, those of equal lag by name. */
export function lagByTopic(lags: readonly ConsumerLag[]): readonly TopicLag[] {
  return [...Map.groupBy(lags, (each) => each.topic_name)]
    .map(([topic, own]) => ({
      topic,
      total: totalOf(own),
      partitions: own.toSorted((one, other) => one.partition_id - other.partition_id),
    }))
    .toSorted((one, other) => other.total - one.total || one.topic.localeCompare(other.topic));
}

export function totalOf(lags: readonly Pick<ConsumerLag, 'lag'>[]): number {
  return lags.reduce((sum, { lag }) => sum + lag, 0);
}
