import {
  type OffsetForLeaderEpochRequest,
  type OffsetForLeaderEpochResponse,
  offsetForLeaderEpochApi,
} from '@weir/kafka-protocol/apis/23-offset-for-leader-epoch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { leaderEpochError } from './fetch-gather.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/**
 * OffsetForLeaderEpoch (KIP-101, KIP-320): where a consumer's history ends in a term that it read in, by which it
 * notices that what it read is no more. Followers of a cell ask elsewhere.
 */
export const offsetForLeaderEpoch: Handler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> = {
  api: offsetForLeaderEpochApi,
  advertised: { min: 2, max: 4 },
  names({ topics }, see) {
    topics.some(({ topic, partitions }) =>
      partitions.some(({ partition }) => see(topic, zeroUuid, partition)),
    );
  },
  handle,
};

type Asked = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number];
type Found = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number];

async function handle(
  context: RequestContext,
  request: OffsetForLeaderEpochRequest,
): Promise<Reply<OffsetForLeaderEpochResponse>> {
  const topics: OffsetForLeaderEpochResponse['topics'][number][] = [];
  for (const { topic, partitions } of request.topics) {
    const found: Found[] = [];
    for (const asked of partitions) {
      found.push(await findOne(context, topic, asked));
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
    topics.push({ topic, partitions: found });
  }
  return reply({ throttleTimeMs: 0, topics });
}

/** Of clients that know of no term. */
const undefinedEpoch = -1;

async function findOne(context: RequestContext, name: string, asked: Asked): Promise<Found> {
  const refuse = (error: ErrorName): Found => ({ partition: asked.partition, errorCode: errorCode(error) });
  if (!isAllowed(context, 'DESCRIBE', 'TOPIC', name)) return refuse('TOPIC_AUTHORIZATION_FAILED');
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic?.has(asked.partition) !== true) return refuse('UNKNOWN_TOPIC_OR_PARTITION');
  const partition = topic.hosted.get(asked.partition);
  if (partition?.isLeader !== true) return refuse('NOT_LEADER_OR_FOLLOWER');
  const epochError = leaderEpochError(partition, asked.currentLeaderEpoch);
  if (epochError !== null) return refuse(epochError);
  try {
    await partition.open();
  } catch {
    // The partition has said why.
    return refuse('KAFKA_STORAGE_ERROR');
  }
  if (!partition.hasBegun) return refuse('NOT_LEADER_OR_FOLLOWER');
  // A leader whose disk was set back would tell of an end that never was; those that are in sync know.
  if (!partition.isCommitKnown) return refuse('OFFSET_NOT_AVAILABLE');
  const end = asked.leaderEpoch === undefinedEpoch ? null : partition.epochEnd(asked.leaderEpoch);
  // No record of that term or an earlier one: undefined, as Kafka's clients call it.
  if (end === null) return { partition: asked.partition, errorCode: 0, leaderEpoch: -1, endOffset: -1 };
  return { partition: asked.partition, errorCode: 0, leaderEpoch: end.epoch, endOffset: end.endOffset };
}
