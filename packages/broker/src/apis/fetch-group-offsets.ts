import type { OffsetFetchRequest, OffsetFetchResponse } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { Slices } from '../coordinator/slices.ts';
import { asksTooManyPartitions, groupScope } from './group-scope.ts';
import { isAllowed, type RequestContext } from './handler.ts';

type AskedGroup = OffsetFetchRequest['groups'][number];
type AskedTopic = NonNullable<AskedGroup['topics']>[number];
export type GroupResult = NonNullable<OffsetFetchResponse['groups']>[number];
export type TopicResult = GroupResult['topics'][number];

interface JudgedTopic {
  readonly asked: AskedTopic;
  readonly error: ErrorName | null;
}

/** The offsets of one group, of each topic and partition once; what may not be told carries the reason. */
export async function fetchGroupOffsets(
  context: RequestContext,
  asked: AskedGroup,
  requireStable: boolean,
  slices: Slices,
): Promise<GroupResult> {
  const { groupId } = asked;
  const refuse = (error: ErrorName): GroupResult => ({ groupId, topics: [], errorCode: errorCode(error) });
  if (!isAllowed(context, 'DESCRIBE', 'GROUP', groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const distinct = asked.topics === null ? null : await distinctTopics(context, asked.topics, slices);
  if (distinct !== null && asksTooManyPartitions(context.identity.cluster, distinct.partitionCount)) {
    return refuse('INVALID_REQUEST');
  }
  const judged = distinct?.topics.map((topic) => judge(context, topic)) ?? null;
  const accepted = judged?.flatMap((topic) => (topic.error === null ? [topic.asked] : [])) ?? null;
  const scope = { ...groupScope(context), apiVersion: Math.max(context.apiVersion, 8) };
  const groups = [{ ...asked, topics: accepted }];
  const answer = await context.services.groups.run<OffsetFetchResponse>(
    scope.clusterId,
    groupId,
    (shard, now, token) =>
      shard.offsetFetch(now, token, scope, { groupId: '', topics: null, groups, requireStable }),
  );
  if (!answer.ok) return refuse(answer.error);
  const [found] = answer.response.groups ?? [];
  if (found === undefined) return refuse('UNKNOWN_SERVER_ERROR');
  if (judged === null) return { ...found, topics: found.topics.flatMap((topic) => visible(context, topic)) };
  const byName = new Map(found.topics.map((topic) => [topic.name, topic]));
  const topics = judged.flatMap(({ asked: topic, error }): TopicResult[] => {
    if (error !== null) return [refusedTopic(topic, errorCode(error))];
    const result = byName.get(topic.name);
    return result === undefined ? [] : [{ ...result, topicId: topic.topicId }];
  });
  return { ...found, topics };
}

/** About what the result takes in an answer, bytes. */
export function groupResultBytes({ groupId, topics }: GroupResult): number {
  let bytes = 20 + groupId.length;
  for (const { name, partitions } of topics) {
    bytes += 20 + (name?.length ?? 0);
    // A text takes three bytes a unit at most; this is a bound on size, not a measure of it.
    for (const { metadata } of partitions) bytes += 30 + 3 * (metadata?.length ?? 0);
  }
  return bytes;
}

async function distinctTopics(
  context: RequestContext,
  topics: readonly AskedTopic[],
  slices: Slices,
): Promise<{ readonly topics: readonly AskedTopic[]; readonly partitionCount: number }> {
  const byId = context.apiVersion >= 10;
  const planned = new Map<string, { readonly topic: AskedTopic; readonly indexes: Set<number> }>();
  let partitionCount = 0;
  for (const topic of topics) {
    if (slices.isOver()) await slices.giveWay();
    const key = byId ? topic.topicId : topic.name;
    const plan = planned.get(key) ?? { topic, indexes: new Set<number>() };
    planned.set(key, plan);
    const before = plan.indexes.size;
    for (const index of topic.partitionIndexes) {
      if (slices.isOver()) await slices.giveWay();
      plan.indexes.add(index);
    }
    partitionCount += plan.indexes.size - before;
  }
  const distinct = Array.from(planned.values(), ({ topic, indexes }) => ({
    ...topic,
    partitionIndexes: [...indexes],
  }));
  return { topics: distinct, partitionCount };
}

/**
 * Names the topic, and says why its offsets may not be told, if so. An unknown topic has no offsets; that is no
 * error up to v9. With the id of the topic as it is now, what was committed for one before it is not told.
 */
function judge(context: RequestContext, asked: AskedTopic): JudgedTopic {
  const { cluster } = context.identity;
  const byId = context.apiVersion >= 10;
  const topic = byId ? cluster.topicsById.get(asked.topicId) : cluster.topicsByName.get(asked.name);
  if (byId && topic === undefined) return { asked, error: 'UNKNOWN_TOPIC_ID' };
  const name = topic?.name ?? asked.name;
  const mayDescribe = isAllowed(context, 'DESCRIBE', 'TOPIC', name);
  const topicId = topic?.topicId ?? asked.topicId;
  return { asked: { ...asked, name, topicId }, error: mayDescribe ? null : 'TOPIC_AUTHORIZATION_FAILED' };
}

/** Of all the offsets that the group has, those of topics that the client may know of. */
function visible(context: RequestContext, topic: TopicResult): TopicResult[] {
  const name = topic.name ?? '';
  if (!isAllowed(context, 'DESCRIBE', 'TOPIC', name)) return [];
  const topicId = context.identity.cluster.topicsByName.get(name)?.topicId;
  if (context.apiVersion >= 10 && topicId === undefined) return [];
  return [{ ...topic, topicId: topicId ?? zeroUuid }];
}

function refusedTopic(topic: AskedTopic, code: number): TopicResult {
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode: code,
    })),
  };
}
