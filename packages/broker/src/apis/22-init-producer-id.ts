import {
  type InitProducerIdRequest,
  type InitProducerIdResponse,
  initProducerIdApi,
} from '@weir/kafka-protocol/apis/22-init-producer-id';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { InitAnswer } from '../transaction/init-producer-id.ts';
import { freshProducerId } from './fresh-producer-id.ts';
import { chargeGroupRecords } from './group-scope.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { fencedError } from './transaction-errors.ts';

/**
 * InitProducerId (KIP-98). With a transactional id it is the next producer of that name, which fences the one before;
 * v3 lets a producer come back with what it had (KIP-360), from v4 on it may hear that it is fenced (KIP-588).
 */
export const initProducerId: Handler<InitProducerIdRequest, InitProducerIdResponse> = {
  api: initProducerIdApi,
  advertised: { min: 0, max: 5 },
  handle,
};

async function handle(
  context: RequestContext,
  request: InitProducerIdRequest,
): Promise<Reply<InitProducerIdResponse>> {
  const { transactionalId, producerId: ownId, producerEpoch: ownEpoch } = request;
  if (transactionalId === null && ownId < 0 !== ownEpoch < 0) return refuse('INVALID_REQUEST');
  if (transactionalId !== null) return initTransactional(context, request, transactionalId);
  // KIP-679: whoever may write to any topic may do so idempotently.
  const { identity, host } = context;
  const mayWrite =
    isAllowed(context, 'IDEMPOTENT_WRITE', 'CLUSTER', clusterResource) ||
    identity.cluster.authorizer.allowsOnAny(identity.principal, host, 'WRITE', 'TOPIC');
  if (!mayWrite) return refuse('CLUSTER_AUTHORIZATION_FAILED');
  const producerId = await freshProducerId(context);
  return producerId === null
    ? refuse('COORDINATOR_NOT_AVAILABLE')
    : ready(context, { producerId, producerEpoch: 0, bytesWritten: 0 });
}

async function initTransactional(
  context: RequestContext,
  request: InitProducerIdRequest,
  transactionalId: string,
): Promise<Reply<InitProducerIdResponse>> {
  if (transactionalId === '') return refuse('INVALID_REQUEST');
  if (!isAllowed(context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return refuse('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  const { transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request;
  if (producerId < 0 !== producerEpoch < 0) return refuse('INVALID_REQUEST');
  const clusterId = context.identity.cluster.id;
  const name = { clusterId, transactionalId };
  const ask = (freshId: number | null) =>
    context.services.transactions.run<InitAnswer>(clusterId, transactionalId, (shard, now, token) =>
      shard.initProducerId(now, token, { name, timeoutMs, producerId, producerEpoch, freshId }),
    );
  let answer = await ask(null);
  if (answer.ok && answer.response.kind === 'needs-id') {
    const freshId = await freshProducerId(context);
    if (freshId === null) return refuse('COORDINATOR_NOT_AVAILABLE');
    answer = await ask(freshId);
  }
  if (!answer.ok) return refuse(answer.error);
  const { response, bytesWritten } = answer;
  if (response.kind === 'ready') return ready(context, { ...response, bytesWritten });
  return refuse(
    fencedError(response.kind === 'refused' ? response.error : 'UNKNOWN_SERVER_ERROR', context, 4),
  );
}

function ready(
  context: RequestContext,
  {
    producerId,
    producerEpoch,
    bytesWritten,
  }: { producerId: number; producerEpoch: number; bytesWritten: number },
): Reply<InitProducerIdResponse> {
  const { cluster } = context.identity;
  const producersMs = cluster.newProducers.charge(1, context.services.deps.clock.monotonicMs());
  if (producersMs > 0) cluster.reachedLimits.reached('producerIdsPerSecMax');
  const throttleTimeMs = Math.max(producersMs, chargeGroupRecords(context, bytesWritten));
  return reply({ throttleTimeMs, errorCode: 0, producerId, producerEpoch }, throttleTimeMs);
}

function refuse(error: ErrorName): Reply<InitProducerIdResponse> {
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error), producerId: -1, producerEpoch: -1 });
}
