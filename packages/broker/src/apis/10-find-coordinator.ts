import {
  type FindCoordinatorRequest,
  type FindCoordinatorResponse,
  findCoordinatorApi,
} from '@weir/kafka-protocol/apis/10-find-coordinator';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** FindCoordinator. v1 adds the key's type, v4 asks for many keys at once (KIP-699), v6 knows share groups (KIP-932). */
export const findCoordinator: Handler<FindCoordinatorRequest, FindCoordinatorResponse> = {
  api: findCoordinatorApi,
  advertised: { min: 0, max: 6 },
  handle,
};

const groupKey = 0;
const transactionKey = 1;

interface Found {
  readonly key: string;
  readonly error: ErrorName;
  readonly message: string | null;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

async function handle(
  context: RequestContext,
  request: FindCoordinatorRequest,
): Promise<Reply<FindCoordinatorResponse>> {
  if (context.apiVersion >= 4) {
    const found: Found[] = [];
    for (const key of new Set(request.coordinatorKeys)) {
      found.push(find(context, request.keyType, key));
      // Each key is hashed.
      const turn = context.pace.step(3);
      if (turn !== null) await turn;
    }
    return reply({
      throttleTimeMs: 0,
      coordinators: found.map(({ error, message, ...place }) => ({
        ...place,
        errorCode: errorCode(error),
        errorMessage: message,
      })),
    });
  }
  const { error, message, nodeId, host, port } = find(context, request.keyType, request.key);
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: message, nodeId, host, port });
}

function find(context: RequestContext, keyType: number, key: string): Found {
  const none = (error: ErrorName, message: string | null): Found => ({
    key,
    error,
    message,
    nodeId: -1,
    host: '',
    port: -1,
  });
  if (keyType !== groupKey && keyType !== transactionKey)
    return none('INVALID_REQUEST', 'Groups and transactional ids have a coordinator here, and nothing else.');
  const isGroup = keyType === groupKey;
  if (!isGroup && key === '') return none('INVALID_REQUEST', 'The transactional id is empty.');
  if (!isAllowed(context, 'DESCRIBE', isGroup ? 'GROUP' : 'TRANSACTIONAL_ID', key))
    return none(isGroup ? 'GROUP_AUTHORIZATION_FAILED' : 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', null);
  const { cell, groups, transactions } = context.services;
  const brokerId = (isGroup ? groups : transactions).coordinatorOf(context.identity.cluster.id, key);
  const broker = brokerId !== null && cell.isLive(brokerId) ? cell.brokers.get(brokerId) : undefined;
  if (broker === undefined) return none('COORDINATOR_NOT_AVAILABLE', null);
  const host = context.door.hostOf(broker);
  return { key, error: 'NONE', message: null, nodeId: broker.brokerId, host, port: broker.port };
}
