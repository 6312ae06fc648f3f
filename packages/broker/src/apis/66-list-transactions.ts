import {
  type ListTransactionsRequest,
  type ListTransactionsResponse,
  listTransactionsApi,
} from '@weir/kafka-protocol/apis/66-list-transactions';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { Listed } from '../transaction/describe.ts';
import { isState, type TransactionState } from '../transaction/transaction-state.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** ListTransactions (KIP-664): the ids that this broker coordinates and the client may describe. v2 filters by a regular expression of RE2 (KIP-1152). */
export const listTransactions: Handler<ListTransactionsRequest, ListTransactionsResponse> = {
  api: listTransactionsApi,
  advertised: { min: 0, max: 2 },
  handle,
};

/** UTF-16 units of a regular expression; groups have the same bound. */
const patternUnitsMax = 1_000;

async function handle(
  context: RequestContext,
  request: ListTransactionsRequest,
): Promise<Reply<ListTransactionsResponse>> {
  const states = new Set<TransactionState>();
  const unknown = new Set<string>();
  for (const name of request.stateFilters) {
    const turn = context.pace.step();
    if (turn !== null) await turn;
    if (isState(name)) states.add(name);
    else unknown.add(name);
  }
  const unknownStateFilters = [...unknown];
  const answer = (error: ErrorName, transactionStates: readonly Listed[]) =>
    reply({ throttleTimeMs: 0, errorCode: errorCode(error), unknownStateFilters, transactionStates });
  // Only states that there are not: nothing is in them.
  if (states.size === 0 && unknown.size > 0) return answer('NONE', []);
  const { id: clusterId } = context.identity.cluster;
  const producerIds = new Set(request.producerIdFilters);
  const filter = { clusterId, states, producerIds, durationMs: request.durationFilter };
  const listed: Listed[] = [];
  for (const found of await context.services.transactions.runAll<readonly Listed[]>((shard, now, token) =>
    shard.list(now, token, filter),
  )) {
    // A part of them would look like all.
    if (!found.ok) return answer(found.error, []);
    for (const each of found.response) {
      const turn = context.pace.step();
      if (turn !== null) await turn;
      if (isAllowed(context, 'DESCRIBE', 'TRANSACTIONAL_ID', each.transactionalId)) listed.push(each);
    }
  }
  const matching = await matchingOf(context, request.transactionalIdPattern, listed);
  return typeof matching === 'string' ? answer(matching, []) : answer('NONE', matching);
}

/** Those whose whole id matches. A worker looks, since others would wait. */
async function matchingOf(
  { identity, services }: RequestContext,
  pattern: string | null,
  listed: readonly Listed[],
): Promise<readonly Listed[] | ErrorName> {
  if (pattern === null || pattern === '') return listed;
  if (pattern.length > patternUnitsMax) return 'INVALID_REGULAR_EXPRESSION';
  const names = listed.map(({ transactionalId }) => transactionalId);
  const { workers, log } = services.deps;
  try {
    const found = await workers.matchNames(identity.cluster.id, { pattern, names });
    if (found === null) return 'INVALID_REGULAR_EXPRESSION';
    const matching = new Set(found);
    return listed.filter(({ transactionalId }) => matching.has(transactionalId));
  } catch (cause) {
    // Too many of the cluster's wait, or it took longer than a job may: the client comes again.
    log.warn('transactions.pattern.unresolved', { clusterId: identity.cluster.id }, cause);
    return 'COORDINATOR_NOT_AVAILABLE';
  }
}
