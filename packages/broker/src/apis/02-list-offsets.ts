import {
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  listOffsetsApi,
} from '@weir/kafka-protocol/apis/02-list-offsets';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { findRecordByTimestamp, newestTimestamp } from '../partition/find-timestamp.ts';
import type { Partition } from '../partition/partition.ts';
import { leaderEpochError } from './fetch-gather.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/**
 * ListOffsets. v4 checks the leader epoch (KIP-320), v7 knows the record with the greatest timestamp
 * (KIP-734), v8 the earliest local and v9 the last tiered offset (KIP-405, KIP-1005), v11 the earliest
 * offset still to be tiered (KIP-1023).
 */
export const listOffsets: Handler<ListOffsetsRequest, ListOffsetsResponse> = {
  api: listOffsetsApi,
  advertised: { min: 1, max: 11 },
  names({ topics }, see) {
    topics.some(({ name, partitions }) =>
      partitions.some(({ partitionIndex }) => see(name, zeroUuid, partitionIndex)),
    );
  },
  handle,
};

const latest = -1;
const earliest = -2;
const maxTimestamp = -3;
const earliestLocal = -4;
const latestTiered = -5;
const earliestPendingUpload = -6;

type Asked = ListOffsetsRequest['topics'][number]['partitions'][number];
type Found = ListOffsetsResponse['topics'][number]['partitions'][number];

async function handle(
  context: RequestContext,
  request: ListOffsetsRequest,
): Promise<Reply<ListOffsetsResponse>> {
  const topics: ListOffsetsResponse['topics'][number][] = [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}/${partitionIndex}`;
      (seen.has(key) ? repeated : seen).add(key);
    }
  }
  for (const { name, partitions } of request.topics) {
    const found: Found[] = [];
    for (const asked of partitions) {
      const turn = context.pace.step();
      if (turn !== null) await turn;
      const { partitionIndex } = asked;
      // As Apache Kafka answers a partition that is named twice.
      const isRepeated = repeated.has(`${name}/${partitionIndex}`);
      if (isRepeated) found.push({ partitionIndex, errorCode: errorCode('INVALID_REQUEST') });
      else found.push(await findOne(context, name, asked, request.isolationLevel === 1));
    }
    topics.push({ name, partitions: found });
  }
  return reply({ throttleTimeMs: 0, topics });
}

async function findOne(
  context: RequestContext,
  name: string,
  asked: Asked,
  isCommittedOnly: boolean,
): Promise<Found> {
  const partitionIndex = asked.partitionIndex;
  const refuse = (error: ErrorName): Found => ({ partitionIndex, errorCode: errorCode(error) });
  if (!isAllowed(context, 'DESCRIBE', 'TOPIC', name)) return refuse('TOPIC_AUTHORIZATION_FAILED');
  if (context.apiVersion < (versionsMin.get(asked.timestamp) ?? 0)) return refuse('UNSUPPORTED_VERSION');
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic?.has(partitionIndex) !== true) return refuse('UNKNOWN_TOPIC_OR_PARTITION');
  const partition = topic.hosted.get(partitionIndex);
  if (partition?.isLeader !== true) return refuse('NOT_LEADER_OR_FOLLOWER');
  const epochError = leaderEpochError(partition, asked.currentLeaderEpoch);
  if (epochError !== null) return refuse(epochError);
  try {
    await partition.open();
    if (!partition.isServing) return refuse('NOT_LEADER_OR_FOLLOWER');
    // KIP-207: what is committed is not known before all that are in sync have been heard of in this term.
    if (asked.timestamp !== earliest && !partition.isCommitKnown) return refuse('OFFSET_NOT_AVAILABLE');
    const { timestamp, offset } = await lookUp(
      context,
      partition,
      asked.timestamp,
      isCommittedOnly ? partition.lastStableOffset : partition.highWatermark,
    );
    const leaderEpoch = offset < 0 ? -1 : partition.record.leaderEpoch;
    return { partitionIndex, errorCode: 0, timestamp, offset, leaderEpoch };
  } catch (cause) {
    context.services.deps.log.error('partition.read.failed', { dir: partition.dir }, cause);
    return refuse('KAFKA_STORAGE_ERROR');
  }
}

/** The first versions that know them (KIP-734, KIP-405, KIP-1005, KIP-1023). */
const versionsMin: ReadonlyMap<number, number> = new Map([
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
]);

interface Place {
  readonly timestamp: number;
  readonly offset: number;
}

const nowhere: Place = { timestamp: -1, offset: -1 };

/** What lies before `endOffset` may be told. */
async function lookUp(
  context: RequestContext,
  partition: Partition,
  timestamp: number,
  endOffset: number,
): Promise<Place> {
  const { workers } = context.services.deps;
  switch (timestamp) {
    case latest:
      return { timestamp: -1, offset: endOffset };
    case earliest:
    case earliestLocal:
      return { timestamp: -1, offset: partition.startOffset };
    // Nothing lies in another tier.
    case latestTiered:
    case earliestPendingUpload:
      return nowhere;
    case maxTimestamp: {
      const newest = newestTimestamp(partition);
      return newest < 0
        ? nowhere
        : ((await findRecordByTimestamp(workers, partition, newest, endOffset)) ?? nowhere);
    }
    default:
      return (await findRecordByTimestamp(workers, partition, timestamp, endOffset)) ?? nowhere;
  }
}
