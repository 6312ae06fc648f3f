import {
  type WriteTxnMarkersRequest,
  type WriteTxnMarkersResponse,
  writeTxnMarkersApi,
} from '@weir/kafka-protocol/apis/27-write-txn-markers';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { endTransaction } from '../partition/transaction-end.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/**
 * WriteTxnMarkers, as operators end a transaction that hangs in a partition (KIP-664): for who may ALTER the CLUSTER, in
 * partitions of it that this broker leads. Coordinators tell brokers otherwise here.
 */
export const writeTxnMarkers: Handler<WriteTxnMarkersRequest, WriteTxnMarkersResponse> = {
  api: writeTxnMarkersApi,
  advertised: { min: 1, max: 2 },
  handle,
};

type Marker = WriteTxnMarkersRequest['markers'][number];

async function handle(
  context: RequestContext,
  request: WriteTxnMarkersRequest,
): Promise<Reply<WriteTxnMarkersResponse>> {
  const mayAlter = isAllowed(context, 'ALTER', 'CLUSTER', clusterResource);
  const markers: WriteTxnMarkersResponse['markers'][number][] = [];
  for (const marker of request.markers) {
    const topics: WriteTxnMarkersResponse['markers'][number]['topics'][number][] = [];
    for (const { name, partitionIndexes } of marker.topics) {
      const partitions: { readonly partitionIndex: number; readonly errorCode: number }[] = [];
      for (const partitionIndex of partitionIndexes) {
        const turn = context.pace.step(4);
        if (turn !== null) await turn;
        const error = mayAlter
          ? await endOne(context, marker, name, partitionIndex)
          : 'CLUSTER_AUTHORIZATION_FAILED';
        partitions.push({ partitionIndex, errorCode: errorCode(error) });
      }
      topics.push({ name, partitions });
    }
    markers.push({ producerId: marker.producerId, topics });
  }
  return reply({ markers });
}

async function endOne(
  context: RequestContext,
  marker: Marker,
  name: string,
  index: number,
): Promise<ErrorName> {
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic?.has(index) !== true) return 'UNKNOWN_TOPIC_OR_PARTITION';
  const partition = topic.hosted.get(index);
  if (partition?.isLeader !== true) return 'NOT_LEADER_OR_FOLLOWER';
  try {
    await partition.open();
  } catch {
    // The partition has said why.
    return 'KAFKA_STORAGE_ERROR';
  }
  const { producers } = partition;
  const { producerId, producerEpoch, transactionResult: isCommit, transactionVersion } = marker;
  // Nothing hangs: a marker would only make the log remember a producer that never wrote.
  if (producers.transactions.firstOffsetOf(producerId) === null) return 'INVALID_TXN_STATE';
  // Never above the true coordinator's, which would be fenced by it.
  const coordinatorEpoch = Math.min(
    marker.coordinatorEpoch,
    Math.max(producers.coordinatorEpochOf(producerId), 0),
  );
  const protocol = transactionVersion >= 2 ? 2 : 1;
  const { environment } = context.services.cell;
  const end = { producerId, producerEpoch, isCommit, coordinatorEpoch, protocol } as const;
  const appended = endTransaction(environment, partition, end);
  return appended.ok ? appended.committed : appended.error;
}
