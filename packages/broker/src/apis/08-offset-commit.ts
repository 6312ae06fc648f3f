import {
  type OffsetCommitRequest,
  type OffsetCommitResponse,
  offsetCommitApi,
} from '@weir/kafka-protocol/apis/08-offset-commit';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { Slices } from '../coordinator/slices.ts';
import { offsetCommitPartitionsPerTurnMax, requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import {
  type AskedTopic,
  cutCommit,
  type JudgedTopic,
  type PlannedTopic,
  planCommit,
} from './commit-plan.ts';
import { asksTooManyPartitions, chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** OffsetCommit. v6 adds the leader epoch (KIP-320), v7 static members (KIP-345), v9 the member epoch (KIP-848), v10 topic ids. */
export const offsetCommit: Handler<OffsetCommitRequest, OffsetCommitResponse> = {
  api: offsetCommitApi,
  advertised: { min: 2, max: 10 },
  names({ topics }, see) {
    topics.some(({ name, topicId, partitions }) =>
      partitions.some(({ partitionIndex }) => see(name, topicId, partitionIndex)),
    );
  },
  handle,
};

type TopicResult = OffsetCommitResponse['topics'][number];

/** Error codes by the topic's name in the cluster, then by partition. */
type Errors = Map<string, Map<number, number>>;

/** The coordinator takes what may be committed, by name; what may not is answered here, in the request's order. */
async function handle(
  context: RequestContext,
  request: OffsetCommitRequest,
): Promise<Reply<OffsetCommitResponse>> {
  const { identity, services } = context;
  const slices = new Slices(services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const plan = await planCommit(request.topics, context.apiVersion >= 10, slices);
  const refuseAll = (error: ErrorName) =>
    reply({ throttleTimeMs: 0, topics: plan.topics.map((topic) => refusedTopic(topic, error)) });
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuseAll('GROUP_AUTHORIZATION_FAILED');
  if (asksTooManyPartitions(identity.cluster, plan.partitionCount)) return refuseAll('INVALID_REQUEST');
  const judged = plan.topics.map((topic) => judge(context, topic));
  const { errors, bytesWritten } = await commit(context, request, judged, slices);
  const throttleTimeMs = chargeGroupRecords(context, bytesWritten);
  return reply({ throttleTimeMs, topics: judged.map((topic) => resultOf(topic, errors)) }, throttleTimeMs);
}

/** Puts the commit to its group, a large one in several turns: each partition has its own answer in any case. */
async function commit(
  context: RequestContext,
  request: OffsetCommitRequest,
  judged: readonly JudgedTopic[],
  slices: Slices,
): Promise<{ readonly errors: Errors; readonly bytesWritten: number }> {
  const scope = groupScope(context);
  const { groups } = context.services;
  const put = (topics: AskedTopic[]) =>
    groups.run<OffsetCommitResponse>(scope.clusterId, request.groupId, (shard, now, token) =>
      shard.offsetCommit(now, token, scope, { ...request, topics }),
    );
  const runs = cutCommit(judged, offsetCommitPartitionsPerTurnMax);
  const answers: ReturnType<typeof put>[] = [];
  for (const run of runs) {
    if (answers.length > 0) await slices.giveWay();
    answers.push(put(run));
  }
  const errors: Errors = new Map();
  let bytesWritten = 0;
  for (const [index, answer] of (await Promise.all(answers)).entries()) {
    if (answer.ok) {
      bytesWritten += answer.bytesWritten;
      for (const topic of answer.response.topics) noteErrors(errors, topic.name ?? '', topic.partitions);
      continue;
    }
    const code = errorCode(answer.error);
    for (const { name, partitions } of runs[index] ?? []) {
      const failed = partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code }));
      noteErrors(errors, name, failed);
    }
  }
  return { errors, bytesWritten };
}

function noteErrors(errors: Errors, name: string, partitions: TopicResult['partitions']): void {
  let known = errors.get(name);
  if (known === undefined) {
    known = new Map();
    errors.set(name, known);
  }
  for (const partition of partitions) known.set(partition.partitionIndex, partition.errorCode);
}

function judge(context: RequestContext, planned: PlannedTopic): JudgedTopic {
  const { cluster } = context.identity;
  const { asked } = planned;
  const byId = context.apiVersion >= 10;
  const topic = byId ? cluster.topicsById.get(asked.topicId) : cluster.topicsByName.get(asked.name);
  if (byId && topic === undefined) return { ...planned, topic: null, error: 'UNKNOWN_TOPIC_ID' };
  if (!isAllowed(context, 'READ', 'TOPIC', topic?.name ?? asked.name)) {
    return { ...planned, topic: null, error: 'TOPIC_AUTHORIZATION_FAILED' };
  }
  return topic === undefined
    ? { ...planned, topic: null, error: 'UNKNOWN_TOPIC_OR_PARTITION' }
    : { ...planned, topic, error: 'NONE' };
}

function resultOf(judged: JudgedTopic, errors: Errors): TopicResult {
  if (judged.topic === null) return refusedTopic(judged, judged.error);
  const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  const known = errors.get(judged.topic.name);
  return {
    ...judged.asked,
    partitions: Array.from(judged.partitions.keys(), (partitionIndex) => ({
      partitionIndex,
      // What was not put to the group is no partition of the topic.
      errorCode: known?.get(partitionIndex) ?? unknown,
    })),
  };
}

function refusedTopic({ asked, partitions }: PlannedTopic, error: ErrorName): TopicResult {
  const code = errorCode(error);
  const refused = Array.from(partitions.keys(), (partitionIndex) => ({ partitionIndex, errorCode: code }));
  return { ...asked, partitions: refused };
}
