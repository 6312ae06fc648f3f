import {
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
  offsetDeleteApi,
} from '@weir/kafka-protocol/apis/47-offset-delete';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { Slices } from '../coordinator/slices.ts';
import { offsetCommitPartitionsPerTurnMax, requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import { asksTooManyPartitions, chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** OffsetDelete (KIP-496): offsets of topics that the group does not read any more. */
export const offsetDelete: Handler<OffsetDeleteRequest, OffsetDeleteResponse> = {
  api: offsetDeleteApi,
  advertised: { min: 0, max: 0 },
  handle,
};

type Partitions = OffsetDeleteResponse['topics'][number]['partitions'];

async function handle(
  context: RequestContext,
  request: OffsetDeleteRequest,
): Promise<Reply<OffsetDeleteResponse>> {
  const { groupId } = request;
  const { cluster } = context.identity;
  const refuseAll = (error: ErrorName | number) =>
    reply({
      errorCode: typeof error === 'number' ? error : errorCode(error),
      throttleTimeMs: 0,
      topics: [],
    });
  if (!isAllowed(context, 'DELETE', 'GROUP', groupId)) return refuseAll('GROUP_AUTHORIZATION_FAILED');
  if (groupId === '') return refuseAll('INVALID_GROUP_ID');
  const slices = new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const { topics, partitionCount } = await distinctPartitions(request, slices);
  if (asksTooManyPartitions(cluster, partitionCount)) return refuseAll('INVALID_REQUEST');
  if (topics.size === 0) {
    const { groupError } = await deleteOffsets(context, groupId, '', [], slices);
    return refuseAll(groupError);
  }
  const results: OffsetDeleteResponse['topics'][number][] = [];
  let bytesWritten = 0;
  for (const [name, indexes] of topics) {
    if (!isAllowed(context, 'READ', 'TOPIC', name)) {
      results.push({ name, partitions: refused(indexes, 'TOPIC_AUTHORIZATION_FAILED') });
      continue;
    }
    const topic = cluster.topicsByName.get(name);
    const known = [...indexes].filter((index) => topic?.has(index) === true);
    const deleted = await deleteOffsets(context, groupId, name, known, slices);
    bytesWritten += deleted.bytesWritten;
    if (deleted.groupError !== 0) return refuseAll(deleted.groupError);
    const unknown = [...indexes].filter((index) => topic?.has(index) !== true);
    const partitions = [...deleted.partitions, ...refused(unknown, 'UNKNOWN_TOPIC_OR_PARTITION')];
    results.push({ name, partitions });
  }
  const throttleTimeMs = chargeGroupRecords(context, bytesWritten);
  return reply({ errorCode: 0, throttleTimeMs, topics: results }, throttleTimeMs);
}

async function distinctPartitions(request: OffsetDeleteRequest, slices: Slices) {
  const topics = new Map<string, Set<number>>();
  let partitionCount = 0;
  for (const { name, partitions } of request.topics) {
    if (slices.isOver()) await slices.giveWay();
    const indexes = topics.get(name) ?? new Set<number>();
    topics.set(name, indexes);
    const before = indexes.size;
    for (const { partitionIndex } of partitions) {
      if (slices.isOver()) await slices.giveWay();
      indexes.add(partitionIndex);
    }
    partitionCount += indexes.size - before;
  }
  return { topics, partitionCount };
}

async function deleteOffsets(
  context: RequestContext,
  groupId: string,
  topic: string,
  indexes: readonly number[],
  slices: Slices,
): Promise<{ readonly groupError: number; readonly partitions: Partitions; readonly bytesWritten: number }> {
  const scope = groupScope(context);
  const partitions: Partitions[number][] = [];
  let bytesWritten = 0;
  // Once where there is nothing to delete, too: whether there is such a group is asked in any case.
  for (let from = 0; from === 0 || from < indexes.length; from += offsetCommitPartitionsPerTurnMax) {
    if (from > 0) await slices.giveWay();
    const run = indexes.slice(from, from + offsetCommitPartitionsPerTurnMax);
    const answer = await context.services.groups.run<{ readonly groupError: number; readonly error: number }>(
      scope.clusterId,
      groupId,
      (shard, now, token) => shard.deleteOffsets(now, token, scope, { groupId, topic, partitions: run }),
    );
    if (!answer.ok) return { groupError: errorCode(answer.error), partitions, bytesWritten };
    bytesWritten += answer.bytesWritten;
    const { groupError, error } = answer.response;
    if (groupError !== 0) return { groupError, partitions, bytesWritten };
    for (const partitionIndex of run) partitions.push({ partitionIndex, errorCode: error });
  }
  return { groupError: 0, partitions, bytesWritten };
}

function refused(indexes: Iterable<number>, error: ErrorName): Partitions {
  return Array.from(indexes, (partitionIndex) => ({ partitionIndex, errorCode: errorCode(error) }));
}
