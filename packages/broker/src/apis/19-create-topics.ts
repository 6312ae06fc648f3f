import {
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  createTopicsApi,
} from '@weir/kafka-protocol/apis/19-create-topics';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { TopicRecord } from '@weir/metadata-store/model';
import { createTopic } from './create-topic.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { mutationRefusal, mutationThrottleMs, notChanged } from './partition-changes.ts';
import { configSource, describeTopicConfigs } from './topic-config-entries.ts';

/** CreateTopics. v5 returns the configuration (KIP-525) and is flexible, v6 may be throttled, v7 returns the id. */
export const createTopics: Handler<CreateTopicsRequest, CreateTopicsResponse> = {
  api: createTopicsApi,
  advertised: { min: 2, max: 7 },
  handle,
};

type NewTopicData = CreateTopicsRequest['topics'][number];
type TopicResult = CreateTopicsResponse['topics'][number];

async function handle(
  context: RequestContext,
  request: CreateTopicsRequest,
): Promise<Reply<CreateTopicsResponse>> {
  // A name that repeats is refused, once, as Apache Kafka does.
  const asked = new Map<string, NewTopicData | 'repeated'>();
  for (const topic of request.topics) asked.set(topic.name, asked.has(topic.name) ? 'repeated' : topic);
  const topics: TopicResult[] = [];
  for (const [name, topic] of asked) {
    if (context.isGone()) break;
    topics.push(
      topic === 'repeated'
        ? refused(name, 'INVALID_REQUEST', 'Duplicate topic name.')
        : await createOne(context, topic, request.validateOnly),
    );
    await context.pace.step();
  }
  const throttleTimeMs = mutationThrottleMs(context);
  return reply({ throttleTimeMs, topics }, throttleTimeMs);
}

async function createOne(
  context: RequestContext,
  topic: NewTopicData,
  validateOnly: boolean,
): Promise<TopicResult> {
  const mayCreate =
    isAllowed(context, 'CREATE', 'CLUSTER', clusterResource) ||
    isAllowed(context, 'CREATE', 'TOPIC', topic.name);
  if (!mayCreate) return refused(topic.name, 'TOPIC_AUTHORIZATION_FAILED', 'Authorization failed.');
  const counts = countsOf(context, topic);
  if (counts.error !== null) return refused(topic.name, counts.error, counts.message);
  // To ask whether it could be made is work for the store as well.
  const price = validateOnly ? 1 : counts.partitions;
  const refusal = mutationRefusal(context, price, 6);
  if (refusal !== null) return refused(topic.name, refusal.error, refusal.message);
  const configs = new Map<string, string>();
  for (const { name, value } of topic.configs) {
    if (value === null) {
      notChanged(context, price);
      return refused(topic.name, 'INVALID_CONFIG', `Give ${name} a value, or leave it out.`);
    }
    configs.set(name, value);
  }
  const created = await createTopic(context, {
    name: topic.name,
    partitionCount: counts.partitions,
    replicationFactor: counts.replicas,
    configs: Object.fromEntries(configs),
    validateOnly,
  });
  if (!created.ok) {
    if (created.refusal !== 'REQUEST_TIMED_OUT') notChanged(context, price);
    return refused(topic.name, created.refusal, created.message);
  }
  return describe(context, created.value, validateOnly);
}

type Counts =
  | { readonly error: null; readonly partitions: number; readonly replicas: number }
  | { readonly error: ErrorName; readonly message: string };

/** −1 asks for the defaults (KIP-464). A manual assignment tells the counts; where replicas lie is the cell's to say. */
function countsOf(context: RequestContext, topic: NewTopicData): Counts {
  if (topic.assignments.length === 0) {
    const partitions = topic.numPartitions === -1 ? 1 : topic.numPartitions;
    const replicas = topic.replicationFactor;
    return { error: null, partitions, replicas };
  }
  if (topic.numPartitions !== -1 || topic.replicationFactor !== -1) {
    const message = 'Partitions and replication factor must be -1 where replicas are assigned by hand.';
    return { error: 'INVALID_REQUEST', message };
  }
  const { brokers } = context.services.cell;
  const indexes = topic.assignments.map((assignment) => assignment.partitionIndex).sort((a, b) => a - b);
  const sizes = new Set(topic.assignments.map((assignment) => assignment.brokerIds.length));
  const isConsecutive = indexes.every((index, at) => index === at);
  const isKnown = topic.assignments.every(({ brokerIds }) => brokerIds.every((id) => brokers.has(id)));
  const replicas = topic.assignments[0]?.brokerIds.length ?? 0;
  if (!isConsecutive || !isKnown || sizes.size !== 1 || replicas === 0) {
    const message = 'Assign the same number of known brokers to each partition from 0 on.';
    return { error: 'INVALID_REPLICA_ASSIGNMENT', message };
  }
  return { error: null, partitions: topic.assignments.length, replicas };
}

function describe(context: RequestContext, record: TopicRecord, validateOnly: boolean): TopicResult {
  const maySee = isAllowed(context, 'DESCRIBE_CONFIGS', 'TOPIC', record.name);
  return {
    name: record.name,
    topicId: validateOnly ? zeroUuid : record.topicId,
    errorCode: 0,
    errorMessage: null,
    topicConfigErrorCode: maySee ? 0 : errorCode('TOPIC_AUTHORIZATION_FAILED'),
    numPartitions: maySee ? record.partitions.length : -1,
    replicationFactor: maySee ? (record.partitions[0]?.replicas.length ?? -1) : -1,
    configs: maySee
      ? describeTopicConfigs(record, null).map((entry) => ({
          name: entry.name,
          value: entry.value,
          readOnly: false,
          configSource: entry.isDefault ? configSource.default : configSource.topic,
          isSensitive: false,
        }))
      : null,
  };
}

function refused(name: string, error: ErrorName, message: string): TopicResult {
  return { name, topicId: zeroUuid, errorCode: errorCode(error), errorMessage: message, configs: [] };
}
