import {
  type DescribeProducersRequest,
  type DescribeProducersResponse,
  describeProducersApi,
} from '@weir/kafka-protocol/apis/61-describe-producers';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { Partition } from '../partition/partition.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** DescribeProducers (KIP-664): what this broker remembers of those that write to partitions that it leads. */
export const describeProducers: Handler<DescribeProducersRequest, DescribeProducersResponse> = {
  api: describeProducersApi,
  advertised: { min: 0, max: 0 },
  names({ topics }, see) {
    topics.some(({ name, partitionIndexes }) => partitionIndexes.some((index) => see(name, zeroUuid, index)));
  },
  handle,
};

type Described = DescribeProducersResponse['topics'][number]['partitions'][number];

/** Each topic and partition once. */
async function handle(
  context: RequestContext,
  request: DescribeProducersRequest,
): Promise<Reply<DescribeProducersResponse>> {
  const asked = new Map<string, Set<number>>();
  for (const { name, partitionIndexes } of request.topics) {
    const indexes = asked.get(name) ?? new Set<number>();
    asked.set(name, indexes);
    for (const index of partitionIndexes) {
      const turn = context.pace.step();
      if (turn !== null) await turn;
      indexes.add(index);
    }
  }
  const topics: DescribeProducersResponse['topics'][number][] = [];
  for (const [name, indexes] of asked) {
    const partitions: Described[] = [];
    for (const index of indexes) partitions.push(await describeOne(context, name, index));
    topics.push({ name, partitions });
  }
  return reply({ throttleTimeMs: 0, topics });
}

async function describeOne(
  context: RequestContext,
  name: string,
  partitionIndex: number,
): Promise<Described> {
  const refuse = (error: ErrorName): Described => ({
    ...{ partitionIndex, errorCode: errorCode(error), activeProducers: [] },
  });
  if (!isAllowed(context, 'READ', 'TOPIC', name)) return refuse('TOPIC_AUTHORIZATION_FAILED');
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic === undefined && topicNameProblem(name) !== null) return refuse('INVALID_TOPIC_EXCEPTION');
  if (topic?.has(partitionIndex) !== true) return refuse('UNKNOWN_TOPIC_OR_PARTITION');
  const partition = topic.hosted.get(partitionIndex);
  if (partition?.isLeader !== true) return refuse('NOT_LEADER_OR_FOLLOWER');
  try {
    await partition.open();
  } catch {
    // The partition has said why.
    return refuse('KAFKA_STORAGE_ERROR');
  }
  if (!partition.isServing) return refuse('NOT_LEADER_OR_FOLLOWER');
  return { partitionIndex, errorCode: 0, activeProducers: await producersOf(context, partition) };
}

async function producersOf(
  context: RequestContext,
  { producers }: Partition,
): Promise<Described['activeProducers']> {
  const active: Described['activeProducers'][number][] = [];
  for (const [producerId, { epoch, batches, coordinatorEpoch }] of producers.entries()) {
    const turn = context.pace.step();
    if (turn !== null) await turn;
    const last = batches.at(-1);
    active.push({
      producerId,
      producerEpoch: epoch,
      lastSequence: last?.lastSequence ?? -1,
      lastTimestamp: last?.timestamp ?? -1,
      coordinatorEpoch,
      currentTxnStartOffset: producers.transactions.firstOffsetOf(producerId) ?? -1,
    });
  }
  return active;
}
