import {
  type DescribeQuorumRequest,
  type DescribeQuorumResponse,
  describeQuorumApi,
} from '@weir/kafka-protocol/apis/55-describe-quorum';
import { errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/**
 * DescribeQuorum (KIP-595, KIP-836, KIP-853), for who may DESCRIBE the CLUSTER. A cell agrees by its metadata store and has
 * no log of that: who is called its controller elsewhere leads here, as the only voter, and the other brokers observe.
 * How far the store is would tell what other tenants do, so that it is told where there are none.
 */
export const describeQuorum: Handler<DescribeQuorumRequest, DescribeQuorumResponse> = {
  api: describeQuorumApi,
  advertised: { min: 0, max: 2 },
  handle,
};

const metadataTopic = '__cluster_metadata';
const unknown = -1;

function handle(
  context: RequestContext,
  { topics }: DescribeQuorumRequest,
): Reply<DescribeQuorumResponse> | Promise<Reply<DescribeQuorumResponse>> {
  if (!isAllowed(context, 'DESCRIBE', 'CLUSTER', clusterResource)) {
    const error = errorCode('CLUSTER_AUTHORIZATION_FAILED');
    return reply({ errorCode: error, errorMessage: 'Cluster authorization failed.', topics: [], nodes: [] });
  }
  const [asked] = topics;
  const isOne = topics.length === 1 && asked?.topicName === metadataTopic && asked.partitions.length === 1;
  if (!isOne || asked.partitions[0]?.partitionIndex !== 0) return nothingElse(context, topics);
  const { cell, deps } = context.services;
  const [leader, ...others] = cell.liveBrokers();
  const highWatermark = cell.isOneTenants ? cell.version : 0;
  const nowMs = deps.clock.now();
  const voter = {
    replicaId: leader?.brokerId ?? unknown,
    replicaDirectoryId: zeroUuid,
    logEndOffset: highWatermark,
    lastFetchTimestamp: nowMs,
    lastCaughtUpTimestamp: nowMs,
  };
  // One broker does not know what another has read.
  const observers = others.map(({ brokerId }) => ({
    replicaId: brokerId,
    replicaDirectoryId: zeroUuid,
    logEndOffset: unknown,
    lastFetchTimestamp: unknown,
    lastCaughtUpTimestamp: unknown,
  }));
  const partition = {
    partitionIndex: 0,
    errorCode: errorCode(leader === undefined ? 'NOT_LEADER_OR_FOLLOWER' : 'NONE'),
    errorMessage: '',
    leaderId: voter.replicaId,
    leaderEpoch: leader?.bootEpoch ?? 0,
    highWatermark,
    currentVoters: leader === undefined ? [] : [voter],
    observers,
  };
  const listeners = leader && [{ name: 'BROKER', host: context.door.hostOf(leader), port: leader.port }];
  return reply({
    errorCode: 0,
    errorMessage: '',
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    nodes: listeners === undefined ? [] : [{ nodeId: voter.replicaId, listeners }],
  });
}

/** Of whatever else is asked for nothing is known. */
async function nothingElse(
  context: RequestContext,
  topics: DescribeQuorumRequest['topics'],
): Promise<Reply<DescribeQuorumResponse>> {
  const error = errorCode('UNKNOWN_TOPIC_OR_PARTITION');
  const answered: DescribeQuorumResponse['topics'][number][] = [];
  for (const { topicName, partitions } of topics) {
    const turn = context.pace.step(1 + partitions.length);
    if (turn !== null) await turn;
    const refused = partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: error,
      errorMessage: 'This server does not host this topic-partition.',
      leaderId: 0,
      leaderEpoch: 0,
      highWatermark: 0,
      currentVoters: [],
      observers: [],
    }));
    answered.push({ topicName, partitions: refused });
  }
  return reply({ errorCode: 0, errorMessage: '', topics: answered, nodes: [] });
}
