import { type EndTxnRequest, type EndTxnResponse, endTxnApi } from '@weir/kafka-protocol/apis/26-end-txn';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { EndAnswer } from '../transaction/end-transaction.ts';
import { freshProducerId } from './fresh-producer-id.ts';
import { chargeGroupRecords } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';
import { fencedError } from './transaction-errors.ts';

/** EndTxn (KIP-98). From v5 on the next transaction has an epoch of its own, which is answered (KIP-890). */
export const endTxn: Handler<EndTxnRequest, EndTxnResponse> = {
  api: endTxnApi,
  advertised: { min: 0, max: 5 },
  handle,
};

async function handle(context: RequestContext, request: EndTxnRequest): Promise<Reply<EndTxnResponse>> {
  const { transactionalId, producerId, producerEpoch, committed: isCommit } = request;
  if (!isAllowed(context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return refuse('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  if (transactionalId === '') return refuse('INVALID_REQUEST');
  const { id: clusterId } = context.identity.cluster;
  const protocol = context.apiVersion >= 5 ? 2 : 1;
  const end = { name: { clusterId, transactionalId }, producerId, producerEpoch, isCommit };
  const ask = (freshId: number | null) =>
    context.services.transactions.run<EndAnswer>(clusterId, transactionalId, (shard, now, token) =>
      shard.endTransaction(now, token, { ...end, protocol, freshId }),
    );
  let answer = await ask(null);
  if (answer.ok && answer.response.kind === 'needs-id') {
    const freshId = await freshProducerId(context);
    if (freshId === null) return refuse('COORDINATOR_NOT_AVAILABLE');
    answer = await ask(freshId);
  }
  if (!answer.ok) return refuse(answer.error);
  const { response, bytesWritten } = answer;
  if (response.kind !== 'ended')
    return refuse(
      fencedError(response.kind === 'refused' ? response.error : 'UNKNOWN_SERVER_ERROR', context, 2),
    );
  const throttleTimeMs = chargeGroupRecords(context, bytesWritten);
  const next = { producerId: response.producerId, producerEpoch: response.producerEpoch };
  return reply({ throttleTimeMs, errorCode: 0, ...next }, throttleTimeMs);
}

function refuse(error: ErrorName): Reply<EndTxnResponse> {
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error) });
}
