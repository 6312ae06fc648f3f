import {
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
  describeTopicPartitionsApi,
} from '@weir/kafka-protocol/apis/75-describe-topic-partitions';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { PartitionRecord } from '@weir/metadata-store/model';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { Topic } from '../cluster/topic.ts';
import { authorizedOperations } from './authorized-operations.ts';
import { learnTopics } from './find-topic.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** DescribeTopicPartitions (KIP-966): topics in the order of their names, from the cursor on, a page at a time. */
export const describeTopicPartitions: Handler<
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse
> = {
  api: describeTopicPartitionsApi,
  advertised: { min: 0, max: 0 },
  handle,
};

/** `max.request.partition.size.limit` of Apache Kafka: an answer has no more partitions, whatever is asked for. */
const pagePartitionsMax = 2_000;

type TopicAnswer = DescribeTopicPartitionsResponse['topics'][number];

async function handle(
  context: RequestContext,
  request: DescribeTopicPartitionsRequest,
): Promise<Reply<DescribeTopicPartitionsResponse>> {
  const { cursor } = request;
  if (cursor !== null && cursor.partitionIndex < 0) return refused(request, 'INVALID_REQUEST');
  const isAll = request.topics.length === 0;
  const names = await visible(context, request, isAll);
  const isFound = cursor === null || isAll || request.topics.some(({ name }) => name === cursor.topicName);
  if (!isFound) return refused(request, 'INVALID_REQUEST');
  const learnt = isAll ? 'learnt' : await learnTopics(context, names.seen);
  const answers = names.hidden.map((name) => unavailable(name, 'TOPIC_AUTHORIZATION_FAILED'));
  const page = new Page(Math.max(Math.min(request.responsePartitionLimit, pagePartitionsMax), 1));
  for (const name of names.seen.sort()) {
    const topic = context.identity.cluster.topicsByName.get(name);
    if (topic === undefined) {
      // Where all are asked for, one that went a moment ago is none of them.
      const topicAuthorizedOperations = authorizedOperations(context, true, 'TOPIC', name);
      if (!isAll) answers.push({ ...unavailable(name, unknownAs(name, learnt)), topicAuthorizedOperations });
    } else if (page.isFull) {
      return reply({
        throttleTimeMs: 0,
        topics: answers,
        nextCursor: { topicName: name, partitionIndex: 0 },
      });
    } else {
      const first = cursor?.topicName === name ? cursor.partitionIndex : 0;
      const partitions = page.take(topic, first);
      answers.push(await describe(context, topic, first, partitions));
      const next = first + partitions.length;
      if (next < topic.record.partitions.length) {
        const nextCursor = { topicName: name, partitionIndex: next };
        return reply({ throttleTimeMs: 0, topics: answers, nextCursor });
      }
    }
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return reply({ throttleTimeMs: 0, topics: answers });
}

function unknownAs(name: string, learnt: 'learnt' | 'unreachable'): ErrorName {
  if (topicNameProblem(name) !== null) return 'INVALID_TOPIC_EXCEPTION';
  // Retriable: the client asks again.
  return learnt === 'unreachable' ? 'LEADER_NOT_AVAILABLE' : 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** How much of an answer is left. */
class Page {
  #left: number;

  constructor(partitions: number) {
    this.#left = partitions;
  }

  get isFull(): boolean {
    return this.#left === 0;
  }

  take({ record }: Topic, first: number): readonly PartitionRecord[] {
    const taken = record.partitions.slice(first, first + this.#left);
    this.#left -= taken.length;
    return taken;
  }
}

/** Names from the cursor on, each once; of those that were asked for also the ones that may not be seen. */
async function visible(
  context: RequestContext,
  { cursor, topics }: DescribeTopicPartitionsRequest,
  isAll: boolean,
) {
  const from = cursor?.topicName ?? '';
  const asked = isAll
    ? context.identity.cluster.topicsByName.keys()
    : new Set(topics.map(({ name }) => name));
  const seen: string[] = [];
  const hidden: string[] = [];
  for (const name of asked) {
    if (name >= from) {
      if (isAllowed(context, 'DESCRIBE', 'TOPIC', name)) seen.push(name);
      else if (!isAll) hidden.push(name);
    }
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return { seen, hidden };
}

const noLeader = -1;

async function describe(
  context: RequestContext,
  topic: Topic,
  first: number,
  records: readonly PartitionRecord[],
): Promise<TopicAnswer> {
  const { cell } = context.services;
  const partitions: TopicAnswer['partitions'][number][] = [];
  for (const [at, partition] of records.entries()) {
    const isLed = cell.mayBeAsked(partition.leader);
    partitions.push({
      errorCode: isLed ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
      partitionIndex: first + at,
      leaderId: isLed ? partition.leader : noLeader,
      leaderEpoch: partition.leaderEpoch,
      replicaNodes: partition.replicas,
      isrNodes: partition.isr,
      eligibleLeaderReplicas: partition.eligibleReplicas,
      lastKnownElr: [],
      offlineReplicas: partition.replicas.filter((replica) => !cell.isLive(replica)),
    });
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: false,
    partitions,
    topicAuthorizedOperations: authorizedOperations(context, true, 'TOPIC', topic.name),
  };
}

function unavailable(name: string, error: ErrorName): TopicAnswer {
  return { errorCode: errorCode(error), name, topicId: zeroUuid, isInternal: false, partitions: [] };
}

/** The answer has no error of its own in this API: each topic says so. */
function refused(
  { topics }: DescribeTopicPartitionsRequest,
  error: ErrorName,
): Reply<DescribeTopicPartitionsResponse> {
  return reply({ throttleTimeMs: 0, topics: topics.map(({ name }) => unavailable(name, error)) });
}
