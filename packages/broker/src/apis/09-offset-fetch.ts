import {
  type OffsetFetchRequest,
  type OffsetFetchResponse,
  offsetFetchApi,
} from '@weir/kafka-protocol/apis/09-offset-fetch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/**
 * OffsetFetch. v2 asks for all topics with null, v7 can wait for open transactions (KIP-447), v8 asks for
 * several groups at once (KIP-709), v9 adds the member's epoch (KIP-848), v10 topic ids.
 */
export const offsetFetch: Handler<OffsetFetchRequest, OffsetFetchResponse> = {
  api: offsetFetchApi,
  advertised: { min: 1, max: 10 },
  handle,
};

type AskedGroup = OffsetFetchRequest['groups'][number];
type AskedTopic = NonNullable<AskedGroup['topics']>[number];
type GroupResult = NonNullable<OffsetFetchResponse['groups']>[number];
type TopicResult = GroupResult['topics'][number];

/** From v8 on many groups may be asked for; the one of earlier versions is treated like one of those. */
async function handle(
  context: RequestContext,
  request: OffsetFetchRequest,
): Promise<Reply<OffsetFetchResponse>> {
  if (context.apiVersion >= 8) {
    const groups = await Promise.all(
      request.groups.map((group) => fetchGroup(context, group, request.requireStable)),
    );
    return reply({ throttleTimeMs: 0, groups });
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
  const asked: AskedGroup = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics };
  const found = await fetchGroup(context, asked, request.requireStable);
  const { errorCode: groupError = 0 } = found;
  // v1 has no error of the group: every partition carries it.
  if (context.apiVersion >= 2 || groupError === 0) {
    return reply({ throttleTimeMs: 0, errorCode: groupError, topics: named(found.topics) });
  }
  const refused = (topics ?? []).map((topic) => refusedTopic(topic, groupError));
  return reply({ throttleTimeMs: 0, topics: named(refused) });
}

async function fetchGroup(
  context: RequestContext,
  asked: AskedGroup,
  requireStable: boolean,
): Promise<GroupResult> {
  const { groupId } = asked;
  const refuse = (error: ErrorName): GroupResult => ({ groupId, topics: [], errorCode: errorCode(error) });
  if (!isAllowed(context, 'DESCRIBE', 'GROUP', groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  const judged = asked.topics?.map((topic) => judge(context, topic)) ?? null;
  const accepted = judged?.flatMap((topic) => (topic.error === null ? [topic.asked] : [])) ?? null;
  const scope = { ...groupScope(context), apiVersion: Math.max(context.apiVersion, 8) };
  const answer = await context.services.groups.run<OffsetFetchResponse>(
    scope.clusterId,
    groupId,
    (shard, now, token) =>
      shard.offsetFetch(now, token, scope, {
        groupId: '',
        topics: null,
        groups: [{ ...asked, topics: accepted }],
        requireStable,
      }),
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

/** Names the topic, and says why its offsets may not be told, if so. An unknown topic has no offsets; that is no error up to v9. */
function judge(
  context: RequestContext,
  asked: AskedTopic,
): { readonly asked: AskedTopic; readonly error: ErrorName | null } {
  const { cluster } = context.identity;
  const byId = context.apiVersion >= 10;
  const topic = byId ? cluster.topicsById.get(asked.topicId) : undefined;
  if (byId && topic === undefined) return { asked, error: 'UNKNOWN_TOPIC_ID' };
  const name = topic?.name ?? asked.name;
  const mayDescribe = isAllowed(context, 'DESCRIBE', 'TOPIC', name);
  return { asked: { ...asked, name }, error: mayDescribe ? null : 'TOPIC_AUTHORIZATION_FAILED' };
}

/** Of all the offsets that the group has, those of topics that the client may know of. */
function visible(context: RequestContext, topic: TopicResult): TopicResult[] {
  const name = topic.name ?? '';
  if (!isAllowed(context, 'DESCRIBE', 'TOPIC', name)) return [];
  const topicId = context.identity.cluster.topicsByName.get(name)?.topicId;
  if (context.apiVersion >= 10 && topicId === undefined) return [];
  return [{ ...topic, topicId: topicId ?? zeroUuid }];
}

function named(topics: readonly TopicResult[]) {
  return topics.map((topic) => ({ ...topic, name: topic.name ?? '' }));
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
