import { z } from 'zod';
import { DryRunQuery, Moment } from './envelope.ts';
import { ClusterId } from './ids.ts';
import { KafkaMetadata, kafkaList, Related } from './kafka-envelope.ts';
import { defineOperation } from './operation.ts';

export const ConsumerGroupState = z.enum([
  'EMPTY',
  'STABLE',
  'PREPARING_REBALANCE',
  'COMPLETING_REBALANCE',
  'DEAD',
  'UNKNOWN',
]);

const of = { cluster_id: ClusterId, consumer_group_id: z.string() };

export const ConsumerGroup = z
  .object({
    kind: z.literal('KafkaConsumerGroup'),
    metadata: KafkaMetadata,
    ...of,
    is_simple: z.boolean().describe('It only keeps offsets: nobody has ever joined it.'),
    partition_assignor: z.string(),
    state: ConsumerGroupState,
    consumers: Related,
    lag_summary: Related,
  })
  .meta({ id: 'KafkaConsumerGroup' });
export type ConsumerGroup = z.infer<typeof ConsumerGroup>;

const who = { consumer_id: z.string(), instance_id: z.string().nullable(), client_id: z.string() };

export const Consumer = z
  .object({ kind: z.literal('KafkaConsumer'), metadata: KafkaMetadata, ...of, ...who })
  .meta({ id: 'KafkaConsumer' });
export type Consumer = z.infer<typeof Consumer>;

export const ConsumerLag = z
  .object({
    kind: z.literal('KafkaConsumerLag'),
    metadata: KafkaMetadata,
    ...of,
    topic_name: z.string(),
    partition_id: z.int(),
    current_offset: z.int().describe('Committed: the offset that the group reads next.'),
    log_end_offset: z.int(),
    lag: z.int().nonnegative(),
    ...who,
  })
  .describe('Who reads the partition is empty where nobody of the group does.')
  .meta({ id: 'KafkaConsumerLag' });
export type ConsumerLag = z.infer<typeof ConsumerLag>;

export const ConsumerLagSummary = z
  .object({
    kind: z.literal('KafkaConsumerGroupLagSummary'),
    metadata: KafkaMetadata,
    ...of,
    max_lag_consumer_id: z.string(),
    max_lag_instance_id: z.string().nullable(),
    max_lag_client_id: z.string(),
    max_lag_topic_name: z.string(),
    max_lag_partition_id: z.int(),
    max_lag: z.int().nonnegative(),
    total_lag: z.int().nonnegative(),
  })
  .meta({ id: 'KafkaConsumerGroupLagSummary' });
export type ConsumerLagSummary = z.infer<typeof ConsumerLagSummary>;

export const ResetOffsetsInput = z
  .object({
    topic_name: z.string().min(1).max(249),
    partition_ids: z
      .array(z.int().nonnegative())
      .min(1)
      .max(10_000)
      .optional()
      .describe('Without it, all partitions of the topic.'),
    to: z.discriminatedUnion('position', [
      z.object({ position: z.literal('EARLIEST') }),
      z.object({ position: z.literal('LATEST') }),
      z.object({ position: z.literal('OFFSET'), offset: z.int().nonnegative() }),
      z.object({ position: z.literal('TIMESTAMP'), timestamp: Moment }),
    ]),
  })
  .describe('An offset outside of what a partition has becomes the end of it that is nearer.')
  .meta({ id: 'ResetOffsetsInput' });
export type ResetOffsetsInput = z.output<typeof ResetOffsetsInput>;

export const ResetOffset = z
  .object({
    kind: z.literal('KafkaResetOffset'),
    ...of,
    topic_name: z.string(),
    partition_id: z.int(),
    previous_offset: z.int().nullable().describe('null: nothing was committed.'),
    current_offset: z.int(),
  })
  .meta({ id: 'KafkaResetOffset' });
export type ResetOffset = z.infer<typeof ResetOffset>;

const common = { tag: 'Kafka', access: 'cluster', errors: 'kafka' } as const;
const cluster = z.object({ cluster_id: ClusterId });
const group = cluster.extend({ consumer_group_id: z.string().max(255) });
const path = '/kafka/v3/clusters/{cluster_id}/consumer-groups';

export const listConsumerGroups = defineOperation({
  ...common,
  id: 'listConsumerGroups',
  method: 'GET',
  path,
  summary: 'The consumer groups of a cluster that you may describe.',
  params: cluster,
  status: 200,
  response: kafkaList('KafkaConsumerGroupList', ConsumerGroup),
});

export const getConsumerGroup = defineOperation({
  ...common,
  id: 'getConsumerGroup',
  method: 'GET',
  path: `${path}/{consumer_group_id}`,
  summary: 'One consumer group.',
  params: group,
  status: 200,
  response: ConsumerGroup,
});

export const listConsumers = defineOperation({
  ...common,
  id: 'listConsumers',
  method: 'GET',
  path: `${path}/{consumer_group_id}/consumers`,
  summary: 'Who is in a consumer group.',
  params: group,
  status: 200,
  response: kafkaList('KafkaConsumerList', Consumer),
});

export const listConsumerLags = defineOperation({
  ...common,
  id: 'listConsumerLags',
  method: 'GET',
  path: `${path}/{consumer_group_id}/lags`,
  summary: 'How far a consumer group is behind in each partition, and who reads it.',
  params: group,
  status: 200,
  response: kafkaList('KafkaConsumerLagList', ConsumerLag),
});

export const getConsumerLagSummary = defineOperation({
  ...common,
  id: 'getConsumerLagSummary',
  method: 'GET',
  path: `${path}/{consumer_group_id}/lag-summary`,
  summary: 'How far a consumer group is behind in all, and where most.',
  params: group,
  status: 200,
  response: ConsumerLagSummary,
});

export const resetOffsets = defineOperation({
  ...common,
  id: 'resetOffsets',
  method: 'POST',
  path: `${path}/{consumer_group_id}/offsets:reset`,
  summary: 'Let a consumer group go on elsewhere in a topic. Nobody may be in it meanwhile.',
  params: group,
  query: DryRunQuery,
  body: ResetOffsetsInput,
  status: 200,
  response: kafkaList('KafkaResetOffsetList', ResetOffset),
});
