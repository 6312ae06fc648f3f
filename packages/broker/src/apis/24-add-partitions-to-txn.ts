import {
  type AddPartitionsToTxnRequest,
  type AddPartitionsToTxnResponse,
  addPartitionsToTxnApi,
} from '@weir/kafka-protocol/apis/24-add-partitions-to-txn';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { asksTooManyPartitions, chargeGroupRecords } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';
import { fencedError } from './transaction-errors.ts';

/**
 * AddPartitionsToTxn (KIP-98), as clients ask it: v4 and v5 are for brokers, which ask each other otherwise here, and are
 * not advertised, as some clients would choose them.
 */
export const addPartitionsToTxn: Handler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse> = {
  api: addPartitionsToTxnApi,
  advertised: { min: 0, max: 3 },
  names({ v3AndBelowTopics: topics }, see) {
    topics.some(({ name, partitions }) => partitions.some((partition) => see(name, zeroUuid, partition)));
  },
  handle,
};

type AskedTopic = AddPartitionsToTxnRequest['v3AndBelowTopics'][number];

/** All of them, or none: one that cannot be added leaves the others unattempted. */
async function handle(
  context: RequestContext,
  request: AddPartitionsToTxnRequest,
): Promise<Reply<AddPartitionsToTxnResponse>> {
  const topics = await distinct(context, request.v3AndBelowTopics);
  const transactionalId = request.v3AndBelowTransactionalId;
  if (!isAllowed(context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return answerAll(topics, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  const count = topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
  if (asksTooManyPartitions(context.identity.cluster, count)) return answerAll(topics, 'INVALID_REQUEST');
  const judged = topics.map((topic) => judge(context, topic));
  if (judged.some((errors) => errors.some((error) => error !== 'NONE'))) {
    return answer(topics, (topic, partition) => {
      const error = judged[topic]?.[partition] ?? 'NONE';
      return error === 'NONE' ? 'OPERATION_NOT_ATTEMPTED' : error;
    });
  }
  if (transactionalId === '') return answerAll(topics, 'INVALID_REQUEST');
  const { id: clusterId } = context.identity.cluster;
  const ask = {
    name: { clusterId, transactionalId },
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    protocol: 1 as const,
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => ({ topic: name, partition })),
    ),
  };
  const added = await context.services.transactions.run<ErrorName>(
    clusterId,
    transactionalId,
    (shard, now, token) => shard.addPartitions(now, token, ask),
  );
  const error = added.ok ? added.response : added.error;
  const throttleTimeMs = chargeGroupRecords(context, added.ok ? added.bytesWritten : 0);
  return answerAll(topics, fencedError(error, context, 2), throttleTimeMs);
}

/** Each topic and partition once. */
async function distinct(context: RequestContext, topics: readonly AskedTopic[]): Promise<AskedTopic[]> {
  const byName = new Map<string, Set<number>>();
  for (const { name, partitions } of topics) {
    const indexes = byName.get(name) ?? new Set<number>();
    byName.set(name, indexes);
    for (const partition of partitions) {
      const turn = context.pace.step();
      if (turn !== null) await turn;
      indexes.add(partition);
    }
  }
  return Array.from(byName, ([name, indexes]) => ({ name, partitions: [...indexes] }));
}

/** By partition, whether it may be written to. */
function judge(context: RequestContext, { name, partitions }: AskedTopic): ErrorName[] {
  if (!isAllowed(context, 'WRITE', 'TOPIC', name)) return partitions.map(() => 'TOPIC_AUTHORIZATION_FAILED');
  const topic = context.identity.cluster.topicsByName.get(name);
  return partitions.map((index) => (topic?.has(index) === true ? 'NONE' : 'UNKNOWN_TOPIC_OR_PARTITION'));
}

function answerAll(topics: readonly AskedTopic[], error: ErrorName, throttleTimeMs = 0) {
  return answer(topics, () => error, throttleTimeMs);
}

function answer(
  topics: readonly AskedTopic[],
  errorOf: (topic: number, partition: number) => ErrorName,
  throttleTimeMs = 0,
): Reply<AddPartitionsToTxnResponse> {
  const resultsByTopicV3AndBelow = topics.map(({ name, partitions }, topic) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex, at) => ({
      partitionIndex,
      partitionErrorCode: errorCode(errorOf(topic, at)),
    })),
  }));
  const none = { errorCode: 0, resultsByTransaction: [] };
  return reply({ throttleTimeMs, ...none, resultsByTopicV3AndBelow }, throttleTimeMs);
}
