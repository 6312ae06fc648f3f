import { z } from 'zod';
import { DryRunCost, DryRunReply } from './dry-run-cost.ts';
import { DryRunQuery } from './envelope.ts';
import { ClusterId } from './ids.ts';
import { KafkaMetadata, kafkaList, Related } from './kafka-envelope.ts';
import { defineOperation } from './operation.ts';
import { plainLine } from './plain-text.ts';

export const KafkaCluster = z
  .object({
    kind: z.literal('KafkaCluster'),
    metadata: KafkaMetadata,
    cluster_id: ClusterId,
    acls: Related,
    topics: Related,
  })
  .meta({ id: 'KafkaCluster' });
export type KafkaCluster = z.infer<typeof KafkaCluster>;

export const Topic = z
  .object({
    kind: z.literal('KafkaTopic'),
    metadata: KafkaMetadata,
    cluster_id: ClusterId,
    topic_name: z.string(),
    topic_id: z.string().describe('Tells a topic from a later one of the same name.'),
    is_internal: z.boolean(),
    replication_factor: z.int(),
    partitions_count: z.int(),
    partitions: Related,
    configs: Related,
    dry_run_cost: DryRunCost.optional(),
  })
  .meta({ id: 'KafkaTopic' });
export type Topic = z.infer<typeof Topic>;

export const TopicPartition = z
  .object({
    kind: z.literal('KafkaPartition'),
    metadata: KafkaMetadata,
    cluster_id: ClusterId,
    topic_name: z.string(),
    partition_id: z.int(),
    leader_id: z.int().describe('The broker that leads it; -1 while none may.'),
    leader_epoch: z.int().describe('Grows with every new leader, and with every start of the one there is.'),
    replica_ids: z.array(z.int()).describe('The brokers that hold it; the first leads when all is well.'),
    isr_ids: z.array(z.int()).describe('Those of them that are in sync.'),
    adding_replica_ids: z
      .array(z.int())
      .describe('Those of them that are getting a copy, while the partition moves to other brokers.'),
    removing_replica_ids: z.array(z.int()).describe('Those of them that let go of it once it has moved.'),
    replica_racks: z
      .array(z.string().nullable())
      .describe('The zone of each of the replicas, in their order; null where the broker has none.'),
  })
  .meta({ id: 'KafkaPartition' });
export type TopicPartition = z.infer<typeof TopicPartition>;

export const PartitionSize = z
  .object({
    kind: z.literal('KafkaPartitionSize'),
    partition_id: z.int(),
    size_bytes: z
      .int()
      .nonnegative()
      .nullable()
      .describe('What its leader stores of it; null while it has no leader, or that one cannot read it.'),
  })
  .meta({ id: 'KafkaPartitionSize' });
export type PartitionSize = z.infer<typeof PartitionSize>;

export const TopicConfig = z
  .object({
    kind: z.literal('KafkaTopicConfig'),
    metadata: KafkaMetadata,
    cluster_id: ClusterId,
    topic_name: z.string(),
    name: z.string(),
    value: z.string().nullable(),
    is_default: z.boolean(),
    is_read_only: z.boolean(),
    is_sensitive: z.boolean(),
    source: z.enum(['DYNAMIC_TOPIC_CONFIG', 'DEFAULT_CONFIG']),
    type: z.enum(['BOOLEAN', 'STRING', 'INT', 'LONG', 'DOUBLE', 'LIST']),
    default_value: z.string().describe('What it is once nobody sets it on this topic.'),
    allowed_values: z
      .array(z.string())
      .nullable()
      .describe('Of a list, those of each element. Null: not by name.'),
    documentation: z.string(),
  })
  .meta({ id: 'KafkaTopicConfig' });
export type TopicConfig = z.infer<typeof TopicConfig>;

export const CreateTopicInput = z
  .object({
    topic_name: plainLine(
      z.string().min(1, 'Give the topic a name.').max(249, 'A topic name has at most 249 characters.'),
    ),
    partitions_count: z.int().min(1).max(100_000).default(6),
    replication_factor: z
      .int()
      .min(1)
      .max(32_767)
      .optional()
      .describe('Without it, as many replicas as the cell gives.'),
    configs: z
      .array(z.object({ name: z.string().min(1), value: z.string().nullable().optional() }))
      .max(100)
      .refine(
        (configs) => new Set(configs.map(({ name }) => name)).size === configs.length,
        'Name each config once.',
      )
      .default([]),
    validate_only: z.boolean().default(false),
  })
  .meta({ id: 'CreateTopicInput' });
export type CreateTopicInput = z.output<typeof CreateTopicInput>;

export const UpdatePartitionCountInput = z
  .object({
    partitions_count: z
      .int()
      .min(1)
      .max(100_000)
      .describe('How many the topic is to have in all: more than it has, as partitions are never removed.'),
  })
  .meta({ id: 'UpdatePartitionCountInput' });
export type UpdatePartitionCountInput = z.output<typeof UpdatePartitionCountInput>;

/** Of one request. */
const configChangesMax = 100;
const configName = z.string().min(1).max(255);
const configValue = z.string().max(8_192);

export const AlterTopicConfigsInput = z
  .object({
    data: z
      .array(
        z
          .union(
            [
              z.object({
                name: configName,
                value: configValue,
                operation: z.literal('SET').nullable().optional(),
              }),
              z.object({
                name: configName,
                value: configValue.nullable().optional(),
                operation: z.literal('DELETE'),
              }),
            ],
            'Give it a value, or the operation DELETE for its default.',
          )
          .describe('SET, the usual operation, gives it the value; DELETE gives it back its default.'),
      )
      .min(1)
      .max(configChangesMax)
      .refine(
        (changes) => new Set(changes.map(({ name }) => name)).size === changes.length,
        'Name each config once.',
      )
      .meta({ example: [{ name: 'retention.ms', value: '86400000' }] }),
    validate_only: z.boolean().default(false),
  })
  .meta({ id: 'AlterTopicConfigsInput' });
export type AlterTopicConfigsInput = z.output<typeof AlterTopicConfigsInput>;

const common = { tag: 'Kafka', access: 'cluster', errors: 'kafka' } as const;
const cluster = z.object({ cluster_id: ClusterId });
const topic = cluster.extend({ topic_name: z.string() });

export const getKafkaCluster = defineOperation({
  ...common,
  id: 'getKafkaCluster',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}',
  summary: 'The cluster as Kafka REST shows it.',
  params: cluster,
  status: 200,
  response: KafkaCluster,
});

export const listTopics = defineOperation({
  ...common,
  id: 'listTopics',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics',
  summary: 'The topics of a cluster that you may describe, by name.',
  params: cluster,
  status: 200,
  response: kafkaList('KafkaTopicList', Topic),
});

export const createTopic = defineOperation({
  ...common,
  id: 'createTopic',
  method: 'POST',
  path: '/kafka/v3/clusters/{cluster_id}/topics',
  summary: 'Create a topic.',
  params: cluster,
  query: DryRunQuery,
  body: CreateTopicInput,
  status: 201,
  response: Topic,
});

export const getTopic = defineOperation({
  ...common,
  id: 'getTopic',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}',
  summary: 'One topic.',
  params: topic,
  status: 200,
  response: Topic,
});

export const updatePartitionCount = defineOperation({
  ...common,
  id: 'updatePartitionCount',
  method: 'PATCH',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}',
  summary: 'Add partitions to a topic. Keys map to other partitions from then on.',
  params: topic,
  query: DryRunQuery,
  body: UpdatePartitionCountInput,
  status: 200,
  response: Topic,
});

export const deleteTopic = defineOperation({
  ...common,
  id: 'deleteTopic',
  method: 'DELETE',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}',
  summary: 'Delete a topic with all its records.',
  params: topic,
  query: DryRunQuery,
  status: 204,
  response: null,
  dryRunResponse: DryRunReply,
});

export const listTopicPartitions = defineOperation({
  ...common,
  id: 'listTopicPartitions',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions',
  summary: 'The partitions of a topic: who leads each, who holds it, and who is in sync.',
  params: topic,
  status: 200,
  response: kafkaList('KafkaPartitionList', TopicPartition),
});

export const getTopicPartition = defineOperation({
  ...common,
  id: 'getTopicPartition',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}',
  summary: 'One partition of a topic.',
  params: topic.extend({ partition_id: z.string().max(32) }),
  status: 200,
  response: TopicPartition,
});

export const listPartitionSizes = defineOperation({
  ...common,
  id: 'listPartitionSizes',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partition-sizes',
  summary:
    'How many bytes each partition of a topic takes, as their leaders tell; needs DESCRIBE on the cluster.',
  params: topic,
  status: 200,
  response: kafkaList('KafkaPartitionSizeList', PartitionSize),
});

export const listTopicConfigs = defineOperation({
  ...common,
  id: 'listTopicConfigs',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/configs',
  summary: 'All settings of a topic, with where each comes from.',
  params: topic,
  status: 200,
  response: kafkaList('KafkaTopicConfigList', TopicConfig),
});

export const getTopicConfig = defineOperation({
  ...common,
  id: 'getTopicConfig',
  method: 'GET',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/configs/{config_name}',
  summary: 'One setting of a topic.',
  params: topic.extend({ config_name: z.string().max(255) }),
  status: 200,
  response: TopicConfig,
});

export const alterTopicConfigs = defineOperation({
  ...common,
  id: 'alterTopicConfigs',
  method: 'POST',
  path: '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/configs:alter',
  summary: 'Change settings of a topic, all of them or none. In force within a second.',
  params: topic,
  query: DryRunQuery,
  body: AlterTopicConfigsInput,
  status: 204,
  response: null,
  dryRunResponse: DryRunReply,
});
