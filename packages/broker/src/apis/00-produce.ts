import { type ProduceRequest, type ProduceResponse, produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { recordCount } from '@weir/kafka-protocol/record-batch';
import type { Topic } from '../cluster/topic.ts';
import { produceAtOnceMax } from '../limits.ts';
import type { Appended, Partition } from '../partition/partition.ts';
import { type Handler, isAllowed, type Pipelined, type Reply, type RequestContext } from './handler.ts';

/**
 * Produce (KIP-98). v0–2 are advertised and refused: without them old librdkafka turns compression off
 * (KAFKA-18659). Up to v12 a topic is named, from v13 on it comes by id (KIP-516).
 */
export const produce: Handler<ProduceRequest, ProduceResponse> = {
  api: produceApi,
  advertised: { min: 0, max: 13 },
  handle,
};

/** A batch that is checked and given its place takes about so many microseconds. */
const stepsPerAppend = 4;
const partitionsPerTurn = 50;

type TopicData = ProduceRequest['topicData'][number];
type PartitionData = TopicData['partitionData'][number];
type TopicResponse = ProduceResponse['responses'][number];
type PartitionResponse = TopicResponse['partitionResponses'][number];

function handle(context: RequestContext, request: ProduceRequest): Pipelined<ProduceResponse> {
  const partitions = request.topicData.reduce((sum, data) => sum + data.partitionData.length, 0);
  if (partitions > produceAtOnceMax) {
    const appended = appendInTurns(context, request);
    return {
      ordered: appended.then(() => undefined),
      reply: appended.then((topics) => finish(context, request, topics)),
    };
  }
  const closed = partitionsToOpen(context, request);
  const preparing = preparations(context, request);
  if (closed.length === 0 && preparing.length === 0)
    return { ordered: null, reply: finish(context, request, append(context, request)) };
  // Until a log has been read, and the keys of what comes compressed, nothing has an offset: so later requests
  // of the connection wait as well.
  const ready = Promise.all([openAll(context, closed), ...preparing]);
  const appended = ready.then(() => append(context, request));
  return {
    ordered: appended.then(() => undefined),
    reply: appended.then((topics) => finish(context, request, topics)),
  };
}

function partitionsToOpen(context: RequestContext, request: ProduceRequest): Partition[] {
  const closed: Partition[] = [];
  for (const data of request.topicData) {
    const topic = topicOf(context, data);
    for (const { index } of data.partitionData) {
      const partition = topic?.partitions[index];
      if (partition?.isLeader === true && !partition.isOpen) closed.push(partition);
    }
  }
  return closed;
}

/** What must be found out about the batches before they can be appended, begun; only where the client may write. */
function preparations(context: RequestContext, request: ProduceRequest): Promise<void>[] {
  const begun: Promise<void>[] = [];
  for (const data of request.topicData) {
    const topic = topicOf(context, data) ?? null;
    for (const { index, records } of data.partitionData) {
      const partition = topic?.partitions[index];
      if (partition?.isLeader !== true || records === null || !partition.mustPrepare(records)) continue;
      if (refusalOf(context, data, topic) === null) begun.push(partition.prepare(records));
    }
  }
  return begun;
}

/** A log that cannot be read is answered for by its own partition; the others go on. */
async function openAll(context: RequestContext, partitions: readonly Partition[]): Promise<void> {
  await Promise.all(
    partitions.map(async (partition) => {
      try {
        await partition.open();
      } catch (cause) {
        context.services.deps.log.error('partition.open.failed', { dir: partition.dir }, cause);
      }
    }),
  );
}

function topicOf(context: RequestContext, data: TopicData): Topic | undefined {
  const { cluster } = context.identity;
  return context.apiVersion >= 13
    ? cluster.topicsById.get(data.topicId)
    : cluster.topicsByName.get(data.name);
}

/** A topic at a time, and a few partitions in a turn: a request may name more than can be appended in one. */
async function appendInTurns(
  context: RequestContext,
  request: ProduceRequest,
): Promise<AppendedPartition[][]> {
  const topics: AppendedPartition[][] = [];
  for (const data of request.topicData) {
    const parts: AppendedPartition[] = [];
    for (let at = 0; at < data.partitionData.length || at === 0; at += partitionsPerTurn) {
      const partitionData = data.partitionData.slice(at, at + partitionsPerTurn);
      const some = { ...request, topicData: [{ ...data, partitionData }] };
      await Promise.all([openAll(context, partitionsToOpen(context, some)), ...preparations(context, some)]);
      parts.push(...append(context, some).flat());
      const turn = context.pace.step(stepsPerAppend * (1 + partitionData.length));
      if (turn !== null) await turn;
    }
    topics.push(parts);
  }
  return topics;
}

interface AppendedPartition {
  readonly topic: Topic | null;
  readonly partition: Partition | null;
  readonly index: number;
  readonly bytes: number;
  readonly records: number;
  readonly appended: Appended;
}

/** All appends of the request, in its order and without a pause: what comes back has its offsets. */
function append(context: RequestContext, request: ProduceRequest): AppendedPartition[][] {
  const validAcks = request.acks >= -1 && request.acks <= 1;
  return request.topicData.map((data) => {
    const topic = topicOf(context, data) ?? null;
    const refusal = validAcks ? refusalOf(context, data, topic) : 'INVALID_REQUIRED_ACKS';
    return data.partitionData.map((part) =>
      refusal === null && topic !== null
        ? appendPart(context, topic, part, request.acks)
        : refusedPart(topic, part, refusal ?? 'UNKNOWN_TOPIC_OR_PARTITION', null),
    );
  });
}

function refusalOf(context: RequestContext, data: TopicData, topic: Topic | null): ErrorName | null {
  const unknown = context.apiVersion >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
  const name = topic?.name ?? data.name;
  // Without permission a topic that exists and one that does not look the same.
  if (topic === null && context.apiVersion >= 13) return unknown;
  if (!isAllowed(context, 'WRITE', 'TOPIC', name)) return 'TOPIC_AUTHORIZATION_FAILED';
  return topic === null ? unknown : null;
}

function appendPart(
  context: RequestContext,
  topic: Topic,
  part: PartitionData,
  acks: number,
): AppendedPartition {
  const partition = topic.partitions[part.index];
  if (partition === undefined) return refusedPart(topic, part, 'UNKNOWN_TOPIC_OR_PARTITION', null);
  if (!partition.isLeader) return refusedPart(topic, part, 'NOT_LEADER_OR_FOLLOWER', null);
  if (part.records === null || part.records.length === 0) {
    return refusedPart(
      topic,
      part,
      'INVALID_RECORD',
      'A produce request carries exactly one record batch a partition.',
    );
  }
  const { cluster } = context.identity;
  if (cluster.isFull) {
    const limit = cluster.record.limits.storedBytesMax;
    cluster.reachedLimits.reached('storedBytesMax');
    const message = `The cluster stores its limit of ${limit} bytes (storedBytesMax). Delete topics or shorten retention.`;
    return refusedPart(topic, part, 'POLICY_VIOLATION', message);
  }
  const appended = partition.append(part.records, context.frame, acks === -1);
  return {
    topic,
    partition,
    index: part.index,
    bytes: part.records.length,
    records: appended.ok ? recordCount(part.records, 0) : 0,
    appended,
  };
}

function refusedPart(
  topic: Topic | null,
  part: PartitionData,
  error: ErrorName,
  message: string | null,
): AppendedPartition {
  const appended = { ok: false, error, message } as const;
  return { topic, partition: null, index: part.index, bytes: 0, records: 0, appended };
}

async function finish(
  context: RequestContext,
  request: ProduceRequest,
  topics: readonly AppendedPartition[][],
): Promise<Reply<ProduceResponse>> {
  const { identity, services } = context;
  let bytes = 0;
  let failed = false;
  const responses: TopicResponse[] = [];
  for (const [at, parts] of topics.entries()) {
    const partitionResponses: PartitionResponse[] = [];
    for (const part of parts) {
      const answer = await settle(part, identity);
      failed ||= answer.errorCode !== 0;
      bytes += part.bytes;
      partitionResponses.push(answer);
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
    const data = request.topicData[at];
    if (data !== undefined) responses.push({ name: data.name, topicId: data.topicId, partitionResponses });
  }
  const throttleMs = identity.cluster.ingress.charge(bytes, services.deps.clock.monotonicMs());
  if (throttleMs > 0) identity.cluster.reachedLimits.reached('ingressBytesPerSecMax');
  // Whoever wants no answer is told of trouble by the end of the connection, as Kafka does.
  if (request.acks === 0) return { body: null, frames: [], throttleMs, close: failed };
  return { body: { responses, throttleTimeMs: throttleMs }, frames: [], throttleMs, close: false };
}

/** Waits for the batch to be as durable as the cell promises; then it counts as usage. */
async function settle(
  part: AppendedPartition,
  identity: RequestContext['identity'],
): Promise<PartitionResponse> {
  const { appended, index } = part;
  if (!appended.ok) {
    return { index, errorCode: errorCode(appended.error), baseOffset: -1, errorMessage: appended.message };
  }
  const error = await appended.committed;
  if (error !== 'NONE') return { index, errorCode: errorCode(error), baseOffset: -1 };
  if (!appended.isRepeat && part.topic !== null) {
    const counters = identity.meter.of(part.topic.name);
    counters.bytesIn += part.bytes;
    counters.recordsIn += part.records;
    counters.requests += 1;
  }
  return {
    index,
    errorCode: 0,
    baseOffset: appended.baseOffset,
    logAppendTimeMs: appended.logAppendTimeMs,
    logStartOffset: part.partition?.startOffset ?? -1,
  };
}
