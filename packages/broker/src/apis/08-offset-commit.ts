import {
  type OffsetCommitRequest,
  type OffsetCommitResponse,
  offsetCommitApi,
} from '@weir/kafka-protocol/apis/08-offset-commit';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { Topic } from '../cluster/topic.ts';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** OffsetCommit. v6 adds the leader epoch (KIP-320), v7 static members (KIP-345), v9 the member epoch (KIP-848), v10 topic ids. */
export const offsetCommit: Handler<OffsetCommitRequest, OffsetCommitResponse> = {
  api: offsetCommitApi,
  advertised: { min: 2, max: 10 },
  handle,
};

type AskedTopic = OffsetCommitRequest['topics'][number];
type TopicResult = OffsetCommitResponse['topics'][number];

/** The coordinator takes what may be committed, by name; what may not is answered here, in the request's order. */
async function handle(
  context: RequestContext,
  request: OffsetCommitRequest,
): Promise<Reply<OffsetCommitResponse>> {
  const refuseAll = (error: ErrorName) =>
    reply({ throttleTimeMs: 0, topics: request.topics.map((topic) => refusedTopic(topic, error)) });
  if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) return refuseAll('GROUP_AUTHORIZATION_FAILED');
  const judged = request.topics.map((asked) => ({ asked, ...judge(context, asked) }));
  const accepted = judged.flatMap(({ asked, topic }) => (topic === null ? [] : [known(asked, topic)]));
  const scope = groupScope(context);
  const answer = await context.services.groups.run<OffsetCommitResponse>(
    scope.clusterId,
    request.groupId,
    (shard, now, token) => shard.offsetCommit(now, token, scope, { ...request, topics: accepted }),
  );
  if (!answer.ok) return refuseAll(answer.error);
  const results = new Map(answer.response.topics.map((topic) => [topic.name, topic]));
  const topics = judged.map(({ asked, topic, error }): TopicResult => {
    const result = topic === null ? undefined : results.get(topic.name);
    const unknown = asked.partitions.filter(
      (part) => topic !== null && part.partitionIndex >= topic.partitions.length,
    );
    if (topic === null) return refusedTopic(asked, error);
    return {
      name: asked.name,
      topicId: asked.topicId,
      partitions: [
        ...(result?.partitions ?? []),
        ...unknown.map((part) => refusedPartition(part.partitionIndex, 'UNKNOWN_TOPIC_OR_PARTITION')),
      ],
    };
  });
  return reply({ throttleTimeMs: 0, topics });
}

function judge(
  context: RequestContext,
  asked: AskedTopic,
): { readonly topic: Topic; readonly error: 'NONE' } | { readonly topic: null; readonly error: ErrorName } {
  const { cluster } = context.identity;
  const byId = context.apiVersion >= 10;
  const topic = byId ? cluster.topicsById.get(asked.topicId) : cluster.topicsByName.get(asked.name);
  if (byId && topic === undefined) return { topic: null, error: 'UNKNOWN_TOPIC_ID' };
  if (!isAllowed(context, 'READ', 'TOPIC', topic?.name ?? asked.name)) {
    return { topic: null, error: 'TOPIC_AUTHORIZATION_FAILED' };
  }
  return topic === undefined
    ? { topic: null, error: 'UNKNOWN_TOPIC_OR_PARTITION' }
    : { topic, error: 'NONE' };
}

function known(asked: AskedTopic, topic: Topic): AskedTopic {
  const partitions = asked.partitions.filter((part) => topic.partitions[part.partitionIndex] !== undefined);
  return { ...asked, name: topic.name, partitions };
}

function refusedTopic(topic: AskedTopic, error: ErrorName): TopicResult {
  const partitions = topic.partitions.map((part) => refusedPartition(part.partitionIndex, error));
  return { name: topic.name, topicId: topic.topicId, partitions };
}

function refusedPartition(partitionIndex: number, error: ErrorName): TopicResult['partitions'][number] {
  return { partitionIndex, errorCode: errorCode(error) };
}
