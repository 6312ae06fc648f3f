import {
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
  addOffsetsToTxnApi,
} from '@weir/kafka-protocol/apis/25-add-offsets-to-txn';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { offsetsTopic } from '../coordinator/internal-topic.ts';
import { shardOf } from '../coordinator/shards.ts';
import { chargeGroupRecords } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';
import { fencedError } from './transaction-errors.ts';

/** AddOffsetsToTxn (KIP-98): what a group has read becomes part of the transaction, and follows with TxnOffsetCommit. */
export const addOffsetsToTxn: Handler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse> = {
  api: addOffsetsToTxnApi,
  advertised: { min: 0, max: 4 },
  handle,
};

async function handle(
  context: RequestContext,
  request: AddOffsetsToTxnRequest,
): Promise<Reply<AddOffsetsToTxnResponse>> {
  const { transactionalId, groupId, producerId, producerEpoch } = request;
  if (!isAllowed(context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return answer('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  if (!isAllowed(context, 'READ', 'GROUP', groupId)) return answer('GROUP_AUTHORIZATION_FAILED');
  if (transactionalId === '') return answer('INVALID_REQUEST');
  const { id: clusterId } = context.identity.cluster;
  const partitions = [{ topic: offsetsTopic, partition: shardOf(clusterId, groupId) }];
  const ask = { name: { clusterId, transactionalId }, producerId, producerEpoch, partitions };
  const added = await context.services.transactions.run<ErrorName>(
    clusterId,
    transactionalId,
    (shard, now, token) => shard.addPartitions(now, token, { ...ask, protocol: 1 }),
  );
  const throttleTimeMs = chargeGroupRecords(context, added.ok ? added.bytesWritten : 0);
  return answer(fencedError(added.ok ? added.response : added.error, context, 2), throttleTimeMs);
}

function answer(error: ErrorName, throttleTimeMs = 0): Reply<AddOffsetsToTxnResponse> {
  return reply({ throttleTimeMs, errorCode: errorCode(error) }, throttleTimeMs);
}
