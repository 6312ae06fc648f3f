import {
  type InitProducerIdRequest,
  type InitProducerIdResponse,
  initProducerIdApi,
} from '@weir/kafka-protocol/apis/22-init-producer-id';
import { errorCode } from '@weir/kafka-protocol/errors';
import { StoreError } from '@weir/metadata-store/port';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/** InitProducerId (KIP-98, KIP-360). Idempotent producers only: transactions have no coordinator here. */
export const initProducerId: Handler<InitProducerIdRequest, InitProducerIdResponse> = {
  api: initProducerIdApi,
  advertised: { min: 0, max: 5 },
  handle,
};

async function handle(
  context: RequestContext,
  request: InitProducerIdRequest,
): Promise<Reply<InitProducerIdResponse>> {
  if (request.transactionalId !== null) return refuse('TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  // KIP-679: whoever may write to any topic may do so idempotently.
  const { identity, host, services } = context;
  const mayWrite =
    isAllowed(context, 'IDEMPOTENT_WRITE', 'CLUSTER', clusterResource) ||
    identity.cluster.authorizer.allowsOnAny(identity.principal, host, 'WRITE', 'TOPIC');
  if (!mayWrite) return refuse('CLUSTER_AUTHORIZATION_FAILED');
  let producerId: number;
  try {
    producerId = await services.producerIds.take();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    services.deps.log.warn('producer-id.unavailable', {}, cause);
    return refuse('COORDINATOR_NOT_AVAILABLE');
  }
  const throttleTimeMs = identity.cluster.newProducers.charge(1, services.deps.clock.monotonicMs());
  if (throttleTimeMs > 0) identity.cluster.reachedLimits.reached('producerIdsPerSecMax');
  return reply({ throttleTimeMs, errorCode: 0, producerId, producerEpoch: 0 }, throttleTimeMs);
}

function refuse(
  error:
    | 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
    | 'CLUSTER_AUTHORIZATION_FAILED'
    | 'COORDINATOR_NOT_AVAILABLE',
): Reply<InitProducerIdResponse> {
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error), producerId: -1, producerEpoch: -1 });
}
