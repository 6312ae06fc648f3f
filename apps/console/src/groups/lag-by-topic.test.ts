import type { ConsumerLag } from '@weir/contracts/consumer-groups';
import { expect, test } from 'vitest';
import { lagByTopic } from './lag-by-topic.ts';

const lagOf = (topic: string, partition: number, lag: number): ConsumerLag => ({
  kind: 'KafkaConsumerLag',
  metadata: { self: '', resource_name: '' },
  // One of the ids that the contract brands.
  cluster_id: 'lkc-1' as ConsumerLag['cluster_id'],
  ...{ consumer_group_id: 'g', topic_name: topic, partition_id: partition },
  ...{ current_offset: 10, log_end_offset: 10 + lag, lag },
  ...{ consumer_id: '', instance_id: null, client_id: '' },
});

test('the topic in which a group is furthest behind comes first, its partitions in order', () => {
  const found = lagByTopic([lagOf('b', 2, 1), lagOf('a', 0, 0), lagOf('b', 0, 4), lagOf('c', 0, 5)]);
  expect(
    found.map(({ topic, total, partitions }) => [topic, total, partitions.map((one) => one.lag)]),
  ).toEqual([
    ['b', 5, [4, 1]],
    ['c', 5, [5]],
    ['a', 0, [0]],
  ]);
});
