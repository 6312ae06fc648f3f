import { type ProduceRequest, type ProduceResponse, produceApi } from '@weir/kafka-protocol/apis/00-produce';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import { batchHeaderBytes, isTransactional, recordCount } from '@weir/kafka-protocol/record-batch';
import type { Topic } from '../cluster/topic.ts';
import { produceAtOnceMax, produceTurnBytesMax } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import type { Written } from '../metering/written-terms.ts';
import type { Appended } from '../partition/appended.ts';
import type { Partition } from '../partition/partition.ts';
import type { ProducedIn } from '../partition/transaction-verifier.ts';
import { type Handler, isAllowed, type Pipelined, type Reply, type RequestContext } from './handler.ts';
import { NewLeaders } from './new-leaders.ts';
import { mustRecode, recode } from './produce-recode.ts';
import { type AppendedPartition, patienceOf, settle } from './produce-settle.ts';

/**
 * Produce (KIP-98). v0–2 are advertised and refused: without them old librdkafka turns compression off
 * (KAFKA-18659). From v10 on a refusal tells the new leader (KIP-951). Up to v12 a topic is named, from v13 on it
 * comes by id (KIP-516).
 */
export const produce: Handler<ProduceRequest, ProduceResponse> = {
  api: produceApi,
  advertised: { min: 0, max: 13 },
  names({ topicData }, see) {
    topicData.some(({ name, topicId, partitionData }) =>
      partitionData.some(({ index }) => see(name, topicId, index)),
    );
  },
  handle,
};

const stepsPerAppend = 4;
const partitionsPerTurn = 50;

type TopicData = ProduceRequest['topicData'][number];
type PartitionData = TopicData['partitionData'][number];
type TopicResponse = ProduceResponse['responses'][number];
type PartitionResponse = TopicResponse['partitionResponses'][number];

function handle(context: RequestContext, request: ProduceRequest): Pipelined<ProduceResponse> {
  const partitions = request.topicData.reduce((sum, data) => sum + data.partitionData.length, 0);
  const takesTurns =
    partitions > produceAtOnceMax ||
    context.frame.length > produceTurnBytesMax ||
    request.topicData.some((data) => mustRecodeSome(context, data));
  const waits = takesTurns ? [] : preparations(context, request);
  if (!takesTurns && waits.length === 0)
    return { ordered: null, reply: finish(context, request, append(context, request)) };
  // Until a log has been read, and the keys of what comes compressed, nothing has an offset: so later requests
  // of the connection wait as well. The same where the appends take longer than a turn.
  const appended = takesTurns
    ? appendInTurns(context, request)
    : Promise.all(waits).then(() => append(context, request));
  return {
    ordered: appended.then(() => undefined),
    reply: appended.then((topics) => finish(context, request, topics)),
  };
}

function mustRecodeSome(context: RequestContext, data: TopicData): boolean {
  const topic = topicOf(context, data);
  return (
    topic !== undefined &&
    data.partitionData.some(({ index, records }) => mustRecode(topic.hosted.get(index), records))
  );
}

/** What must happen before the batches can be appended, begun; only where the client may write. */
function preparations(context: RequestContext, request: ProduceRequest): Promise<void>[] {
  const begun: Promise<void>[] = [];
  for (const data of request.topicData) {
    const topic = topicOf(context, data) ?? null;
    if (topic === null || refusalOf(context, data, topic) !== null) continue;
    const produced = producedIn(context, request, topic);
    for (const { index, records } of data.partitionData) {
      const partition = topic.hosted.get(index);
      if (partition?.isLeader !== true) continue;
      // A log that cannot be opened says so itself, and its append is refused; the others go on.
      if (!partition.isOpen) begun.push(partition.open().catch(() => undefined));
      const { inquiry, settings } = partition;
      if (records !== null && inquiry.isNeeded(records, settings.rules, produced))
        begun.push(inquiry.ask(records, settings.rules, produced));
    }
  }
  return begun;
}

/** The transaction that the request writes in; null where it names none, or one that the client may not write in. */
function producedIn(context: RequestContext, request: ProduceRequest, topic: Topic): ProducedIn | null {
  const { transactionalId } = request;
  if (transactionalId === null || !isAllowed(context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return null;
  return { transactionalId, topic: topic.name, apiVersion: context.apiVersion };
}

function topicOf(context: RequestContext, data: TopicData): Topic | undefined {
  const { cluster } = context.identity;
  return context.apiVersion >= 13
    ? cluster.topicsById.get(data.topicId)
    : cluster.topicsByName.get(data.name);
}

/** All appends of the request, in its order and without a pause: what comes back has its offsets. */
function append(context: RequestContext, request: ProduceRequest): AppendedPartition[][] {
  return request.topicData.map((data) => {
    const appendOne = appenderOf(context, request, data);
    return data.partitionData.map(appendOne);
  });
}

/**
 * The same a few partitions at a time, giving way in between: one batch is the least that can be done. What its topic
 * wants compressed otherwise goes one by one.
 */
async function appendInTurns(
  context: RequestContext,
  request: ProduceRequest,
): Promise<AppendedPartition[][]> {
  const topics: AppendedPartition[][] = [];
  for (const data of request.topicData) {
    const appendOne = appenderOf(context, request, data);
    const parts: AppendedPartition[] = [];
    for (let at = 0; at < data.partitionData.length; at += partitionsPerTurn) {
      const partitionData = data.partitionData.slice(at, at + partitionsPerTurn);
      const hosted = topicOf(context, data)?.hosted;
      const recoded = new Set(
        partitionData.filter(({ index, records }) => mustRecode(hosted?.get(index), records)),
      );
      const asTheyAre = partitionData.filter((part) => !recoded.has(part));
      await prepare(context, request, data, asTheyAre);
      for (const part of partitionData) {
        parts.push(recoded.has(part) ? await appendRecoded(context, request, data, part) : appendOne(part));
        const turn = context.pace.step(stepsPerAppend + (part.records?.length ?? 0) / 1_024);
        if (turn !== null) await turn;
      }
    }
    topics.push(parts);
  }
  return topics;
}

async function prepare(
  context: RequestContext,
  request: ProduceRequest,
  data: TopicData,
  partitionData: readonly PartitionData[],
): Promise<void> {
  await Promise.all(preparations(context, { ...request, topicData: [{ ...data, partitionData }] }));
}

/** Appends a batch as its topic compresses it; only where it would be appended as it is. */
async function appendRecoded(
  context: RequestContext,
  request: ProduceRequest,
  data: TopicData,
  part: PartitionData,
): Promise<AppendedPartition> {
  const topic = topicOf(context, data) ?? null;
  const refusal = refusalOf(context, data, topic);
  if (topic === null || refusal !== null)
    return refusedPart(topic, part, refusal ?? 'UNKNOWN_TOPIC_OR_PARTITION', null);
  const refused = refusalOfPart(context, topic, part, request.acks);
  const partition = topic.hosted.get(part.index);
  if (refused !== null || partition === undefined || part.records === null)
    return refused ?? refusedPart(topic, part, 'NOT_LEADER_OR_FOLLOWER', null);
  const { recoded, release } = await recode(context, partition, part.records);
  if (!recoded.ok) {
    release();
    return refusedPart(topic, part, recoded.error, recoded.message);
  }
  const { frame, records } = recoded;
  await prepare(context, request, data, [{ ...part, records }]);
  const appended = appenderOf(context, request, data, frame)({ ...part, records });
  frame.release();
  if (appended.appended.ok) void appended.appended.committed.then(release);
  else release();
  return { ...appended, wireBytes: part.records.length };
}

function appenderOf(
  context: RequestContext,
  request: ProduceRequest,
  data: TopicData,
  frame = context.frame,
): (part: PartitionData) => AppendedPartition {
  const topic = topicOf(context, data) ?? null;
  const refusal = refusalOf(context, data, topic);
  if (refusal !== null || topic === null) {
    return (part) => refusedPart(topic, part, refusal ?? 'UNKNOWN_TOPIC_OR_PARTITION', null);
  }
  const produced = producedIn(context, request, topic);
  return (part) =>
    produced === null && isInTransaction(part.records)
      ? refusedPart(topic, part, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', null)
      : appendPart(context, topic, part, request.acks, frame);
}

function isInTransaction(records: Buffer | null): boolean {
  return records !== null && records.length >= batchHeaderBytes && isTransactional(records, 0);
}

function refusalOf(context: RequestContext, data: TopicData, topic: Topic | null): ErrorName | null {
  const unknown = context.apiVersion >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
  const name = topic?.name ?? data.name;
  // Without permission a topic that exists and one that does not look the same.
  if (topic === null && context.apiVersion >= 13) return unknown;
  if (!isAllowed(context, 'WRITE', 'TOPIC', name)) return 'TOPIC_AUTHORIZATION_FAILED';
  return topic === null ? unknown : null;
}

const overdrawnMessage =
  'More was sent than is allowed, and the throttle times that were answered were not waited for: on other connections neither.';

/** Why nothing of the part is appended, whatever its batch is; null: it may be. */
function refusalOfPart(
  context: RequestContext,
  topic: Topic,
  part: PartitionData,
  acks: number,
): AppendedPartition | null {
  if (!topic.has(part.index)) return refusedPart(topic, part, 'UNKNOWN_TOPIC_OR_PARTITION', null);
  const partition = topic.hosted.get(part.index);
  if (acks < -1 || acks > 1) return refusedPart(topic, part, 'INVALID_REQUIRED_ACKS', null);
  if (partition?.isLeader !== true) return refusedPart(topic, part, 'NOT_LEADER_OR_FOLLOWER', null);
  if (part.records === null || part.records.length === 0) {
    return refusedPart(
      topic,
      part,
      'INVALID_RECORD',
      'A produce request carries exactly one record batch a partition.',
    );
  }
  const { cluster } = context.identity;
  const stop = cluster.budgets.stopOf(context.identity);
  if (stop !== null) {
    cluster.reachedLimits.reached('spendLimit');
    return refusedPart(topic, part, 'POLICY_VIOLATION', stop.message);
  }
  // Of errors that every client tries again after; librdkafka gives up for good on THROTTLING_QUOTA_EXCEEDED.
  if (cluster.isOverdrawn('ingress', context.identity, context.clientId))
    return refusedPart(topic, part, 'REQUEST_TIMED_OUT', overdrawnMessage);
  if (cluster.isFull) {
    const limit = cluster.record.limits.storedBytesMax;
    cluster.reachedLimits.reached('storedBytesMax');
    const message = `The cluster stores its limit of ${limit} bytes (storedBytesMax). Delete topics or shorten retention.`;
    return refusedPart(topic, part, 'POLICY_VIOLATION', message);
  }
  return null;
}

function appendPart(
  context: RequestContext,
  topic: Topic,
  part: PartitionData,
  acks: number,
  frame: Frame,
): AppendedPartition {
  const refused = refusalOfPart(context, topic, part, acks);
  const partition = topic.hosted.get(part.index);
  if (refused !== null || partition === undefined || part.records === null)
    return refused ?? refusedPart(topic, part, 'NOT_LEADER_OR_FOLLOWER', null);
  const appended = partition.append(part.records, frame, acks === -1);
  const records = appended.ok ? recordCount(part.records, 0) : 0;
  const written = writtenOf(context, topic, partition, appended, records);
  const bytes = part.records.length;
  return { topic, partition, index: part.index, wireBytes: bytes, bytes, records, appended, written };
}

function writtenOf(
  { services }: RequestContext,
  topic: Topic,
  partition: Partition,
  appended: Appended,
  records: number,
): Written | null {
  if (!appended.ok || appended.isRepeat) return null;
  const { baseOffset: from } = appended;
  const batch = { epoch: partition.record.leaderEpoch, from, to: from + records };
  return services.written.appended(partition, topic.name, batch);
}

function refusedPart(
  topic: Topic | null,
  part: PartitionData,
  error: ErrorName,
  message: string | null,
): AppendedPartition {
  const appended = { ok: false, error, message, recordIndex: null } as const;
  return {
    ...{ topic, partition: null, index: part.index, wireBytes: 0, bytes: 0, records: 0 },
    ...{ appended, written: null },
  };
}

async function finish(
  context: RequestContext,
  request: ProduceRequest,
  topics: readonly AppendedPartition[][],
): Promise<Reply<ProduceResponse>> {
  const { identity, services } = context;
  const { written } = services;
  let bytes = 0;
  let failed = false;
  const responses: TopicResponse[] = [];
  const patience = patienceOf(context, request, topics);
  const leaders = new NewLeaders(services, context.door);
  for (const [at, parts] of topics.entries()) {
    const partitionResponses: PartitionResponse[] = [];
    for (const part of parts) {
      const answer = await settle(part, { identity, written }, patience);
      failed ||= answer.errorCode !== 0;
      bytes += Math.max(part.wireBytes, part.bytes);
      const leader = leaders.of(answer.errorCode, part.topic, part.index);
      partitionResponses.push(answer.errorCode === 0 ? answer : { ...answer, ...leader });
    }
    const data = request.topicData[at];
    if (data !== undefined) responses.push({ name: data.name, topicId: data.topicId, partitionResponses });
  }
  patience?.end();
  const throttleMs = identity.cluster.chargeBytes('ingress', identity, bytes, context.clientId);
  // Whoever wants no answer is told of trouble by the end of the connection, as Kafka does.
  if (request.acks === 0) return { body: null, frames: [], throttleMs, close: failed };
  const { nodeEndpoints } = leaders;
  return {
    body: { responses, throttleTimeMs: throttleMs, nodeEndpoints },
    frames: [],
    throttleMs,
    close: false,
  };
}
