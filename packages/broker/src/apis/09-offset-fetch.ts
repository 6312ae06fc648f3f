import {
  type OffsetFetchRequest,
  type OffsetFetchResponse,
  offsetFetchApi,
} from '@weir/kafka-protocol/apis/09-offset-fetch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { Slices } from '../coordinator/slices.ts';
import {
  offsetFetchAnswerBytesMax,
  offsetFetchGroupsPerTurnMax,
  requestTurnMsMax,
  requestTurnPiecesMax,
} from '../limits.ts';
import {
  fetchGroupOffsets,
  type GroupResult,
  groupResultBytes,
  type TopicResult,
} from './fetch-group-offsets.ts';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';

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

/** From v8 on many groups may be asked for; the one of earlier versions is treated like one of those. */
async function handle(
  context: RequestContext,
  request: OffsetFetchRequest,
): Promise<Reply<OffsetFetchResponse>> {
  if (context.apiVersion >= 8) {
    return reply({ throttleTimeMs: 0, groups: await fetchGroups(context, request) });
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
  const asked: AskedGroup = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics };
  const found = await fetchGroupOffsets(context, asked, request.requireStable, slicesOf(context));
  const { errorCode: groupError = 0 } = found;
  // v1 has no error of the group: every partition carries it.
  if (context.apiVersion >= 2 || groupError === 0) {
    return reply({ throttleTimeMs: 0, errorCode: groupError, topics: named(found.topics) });
  }
  const refused = (topics ?? []).map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: Array.from(new Set(partitionIndexes), (index) => refusedPartition(index, groupError)),
  }));
  return reply({ throttleTimeMs: 0, topics: named(refused) });
}

/** Each group once, a few at a time, until the answer is as large as one may be. */
async function fetchGroups(context: RequestContext, request: OffsetFetchRequest): Promise<GroupResult[]> {
  const { cluster } = context.identity;
  const slices = slicesOf(context);
  const distinct = new Map<string, AskedGroup>();
  for (const group of request.groups) {
    if (slices.isOver()) await slices.giveWay();
    if (!distinct.has(group.groupId)) distinct.set(group.groupId, group);
  }
  const asked = [...distinct.values()];
  const refuse = ({ groupId }: AskedGroup, error: ErrorName): GroupResult => ({
    groupId,
    topics: [],
    errorCode: errorCode(error),
  });
  if (asked.length > cluster.record.limits.groupsMax) {
    cluster.reachedLimits.reached('groupsMax');
    return asked.map((group) => refuse(group, 'INVALID_REQUEST'));
  }
  const results: GroupResult[] = [];
  let bytes = 0;
  for (let from = 0; from < asked.length; from += offsetFetchGroupsPerTurnMax) {
    const run = asked.slice(from, from + offsetFetchGroupsPerTurnMax);
    if (bytes > offsetFetchAnswerBytesMax) {
      cluster.reachedLimits.reached('answerBytesMax');
      for (const group of run) results.push(refuse(group, 'POLICY_VIOLATION'));
      continue;
    }
    if (from > 0) await slices.giveWay();
    const found = await Promise.all(
      run.map((group) => fetchGroupOffsets(context, group, request.requireStable, slices)),
    );
    for (const result of found) {
      results.push(result);
      bytes += groupResultBytes(result);
    }
  }
  return results;
}

function slicesOf(context: RequestContext): Slices {
  return new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
}

function named(topics: readonly TopicResult[]) {
  return topics.map((topic) => ({ ...topic, name: topic.name ?? '' }));
}

function refusedPartition(partitionIndex: number, code: number): TopicResult['partitions'][number] {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: code };
}
