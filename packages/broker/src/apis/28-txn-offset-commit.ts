import {
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
  txnOffsetCommitApi,
} from '@weir/kafka-protocol/apis/28-txn-offset-commit';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { offsetsTopic } from '../coordinator/internal-topic.ts';
import { shardOf } from '../coordinator/shards.ts';
import { Slices } from '../coordinator/slices.ts';
import type { TransactionalCommit } from '../group/transactional-offsets.ts';
import { requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import { type PlannedTopic, planCommit } from './commit-plan.ts';
import { asksTooManyPartitions, chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/**
 * TxnOffsetCommit (KIP-98): offsets that count once their transaction is committed. v3 tells of the group's member
 * (KIP-447); from v5 on the group becomes part of the transaction by it (KIP-890).
 */
export const txnOffsetCommit: Handler<TxnOffsetCommitRequest, TxnOffsetCommitResponse> = {
  api: txnOffsetCommitApi,
  advertised: { min: 0, max: 5 },
  names({ topics }, see) {
    topics.some(({ name, partitions }) =>
      partitions.some(({ partitionIndex }) => see(name, zeroUuid, partitionIndex)),
    );
  },
  handle,
};

const addingVersionMin = 5;
const abortableVersionMin = 4;

async function handle(
  context: RequestContext,
  request: TxnOffsetCommitRequest,
): Promise<Reply<TxnOffsetCommitResponse>> {
  const { identity, services } = context;
  const slices = new Slices(services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const asked = request.topics.map((topic) => ({ ...topic, topicId: zeroUuid }));
  const { topics, partitionCount } = await planCommit(asked, false, slices);
  const { transactionalId, groupId } = request;
  if (!isAllowed(context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return answer(topics, () => 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  if (groupId === '')
    return answer(topics, (topic, index) => judge(context, topic, index) ?? 'INVALID_GROUP_ID');
  if (!isAllowed(context, 'READ', 'GROUP', groupId))
    return answer(topics, () => 'GROUP_AUTHORIZATION_FAILED');
  if (asksTooManyPartitions(identity.cluster, partitionCount)) return answer(topics, () => 'INVALID_REQUEST');
  if (transactionalId === '')
    return answer(topics, (topic, index) => judge(context, topic, index) ?? 'INVALID_REQUEST');
  const taken = topics.flatMap((topic) => takenOf(context, topic));
  const { groups } = services;
  const shardIndex = shardOf(identity.cluster.id, groupId);
  const marker = groups.markerOf(shardIndex, request.producerId);
  const refusal = taken.length === 0 ? 'NONE' : await unverified(context, request);
  if (refusal !== 'NONE') return answer(topics, (topic, index) => judge(context, topic, index) ?? refusal);
  const scope = groupScope(context);
  const committed = await groups.run<TxnOffsetCommitResponse>(
    scope.clusterId,
    groupId,
    (shard, now, token) => {
      // The transaction has ended since its coordinator said that it is open: nobody would end what comes now.
      const isVoid = groups.markerOf(shardIndex, request.producerId) !== marker;
      const error = isVoid ? 'INVALID_TXN_STATE' : 'NONE';
      return shard.txnOffsetCommit(now, token, scope, { ...request, topics: taken, error });
    },
  );
  const throttleTimeMs = chargeGroupRecords(context, committed.ok ? committed.bytesWritten : 0);
  const codes = new Map(
    committed.ok
      ? committed.response.topics.map(({ name, partitions }) => [
          name,
          new Map(partitions.map((each) => [each.partitionIndex, each.errorCode])),
        ])
      : [],
  );
  const error = committed.ok ? 'UNKNOWN_SERVER_ERROR' : committed.error;
  const told = topics.map(({ asked: { name }, partitions }) => ({
    name,
    partitions: Array.from(partitions.keys(), (partitionIndex) => {
      const known = codes.get(name)?.get(partitionIndex);
      const code = errorCode(judge(context, name, partitionIndex) ?? error);
      return { partitionIndex, errorCode: known ?? code };
    }),
  }));
  return reply({ throttleTimeMs, topics: told }, throttleTimeMs);
}

/** Why offsets of the partition may not be committed; null where they may. */
function judge(context: RequestContext, name: string, index: number): ErrorName | null {
  if (!isAllowed(context, 'READ', 'TOPIC', name)) return 'TOPIC_AUTHORIZATION_FAILED';
  const topic = context.identity.cluster.topicsByName.get(name);
  return topic?.has(index) === true ? null : 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** What of the topic is put to the group. */
function takenOf(
  context: RequestContext,
  { asked, partitions }: PlannedTopic,
): TransactionalCommit['topics'] {
  const { name } = asked;
  const topicId = context.identity.cluster.topicsByName.get(name)?.topicId;
  const may = [...partitions.values()].filter(
    ({ partitionIndex }) => judge(context, name, partitionIndex) === null,
  );
  return topicId === undefined || may.length === 0 ? [] : [{ name, topicId, partitions: may }];
}

/** Why the offsets are not part of the producer's open transaction, in terms that a client of the version knows. */
async function unverified(context: RequestContext, request: TxnOffsetCommitRequest): Promise<ErrorName> {
  const { transactionalId, groupId, producerId, producerEpoch } = request;
  const clusterId = context.identity.cluster.id;
  const partition = shardOf(clusterId, groupId);
  const write = { clusterId, transactionalId, producerId, producerEpoch, topic: offsetsTopic, partition };
  const { apiVersion } = context;
  const error = await context.services.transactions.verify(write, apiVersion >= addingVersionMin);
  switch (error) {
    case 'NOT_COORDINATOR':
      // Of the transaction, where the client would take it for the group's.
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH';
    case 'CONCURRENT_TRANSACTIONS':
      return apiVersion >= addingVersionMin ? error : 'COORDINATOR_LOAD_IN_PROGRESS';
    case 'TRANSACTION_ABORTABLE':
      return apiVersion >= abortableVersionMin ? error : 'INVALID_TXN_STATE';
    default:
      return error;
  }
}

function answer(
  topics: readonly PlannedTopic[],
  errorOf: (topic: string, partition: number) => ErrorName,
): Reply<TxnOffsetCommitResponse> {
  return reply({
    throttleTimeMs: 0,
    topics: topics.map(({ asked: { name }, partitions }) => ({
      name,
      partitions: Array.from(partitions.keys(), (partitionIndex) => ({
        partitionIndex,
        errorCode: errorCode(errorOf(name, partitionIndex)),
      })),
    })),
  });
}
