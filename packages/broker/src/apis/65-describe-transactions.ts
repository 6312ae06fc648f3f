import {
  type DescribeTransactionsRequest,
  type DescribeTransactionsResponse,
  describeTransactionsApi,
} from '@weir/kafka-protocol/apis/65-describe-transactions';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { Slices } from '../coordinator/slices.ts';
import { requestTurnMsMax, requestTurnPiecesMax } from '../limits.ts';
import type { Described } from '../transaction/describe.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** DescribeTransactions (KIP-664): transactional ids that this broker coordinates. */
export const describeTransactions: Handler<DescribeTransactionsRequest, DescribeTransactionsResponse> = {
  api: describeTransactionsApi,
  advertised: { min: 0, max: 0 },
  handle,
};

/** Each id once, one after the other. */
async function handle(
  context: RequestContext,
  request: DescribeTransactionsRequest,
): Promise<Reply<DescribeTransactionsResponse>> {
  const slices = new Slices(context.services.deps.clock, requestTurnMsMax, requestTurnPiecesMax);
  const transactionStates: Described[] = [];
  for (const transactionalId of new Set(request.transactionalIds)) {
    if (context.isGone()) break;
    if (slices.isOver()) await slices.giveWay();
    transactionStates.push(await describeOne(context, transactionalId));
  }
  return reply({ throttleTimeMs: 0, transactionStates });
}

async function describeOne(context: RequestContext, transactionalId: string): Promise<Described> {
  if (!isAllowed(context, 'DESCRIBE', 'TRANSACTIONAL_ID', transactionalId))
    return refused(transactionalId, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  if (transactionalId === '') return refused(transactionalId, 'INVALID_REQUEST');
  const { id: clusterId } = context.identity.cluster;
  const answer = await context.services.transactions.run<Described>(
    clusterId,
    transactionalId,
    (shard, now, token) => shard.describe(now, token, { clusterId, transactionalId }),
  );
  if (!answer.ok) return refused(transactionalId, answer.error);
  // Of topics that the client may not know of it does not hear here either.
  const topics = answer.response.topics.filter(({ topic }) => isAllowed(context, 'DESCRIBE', 'TOPIC', topic));
  return { ...answer.response, topics };
}

function refused(transactionalId: string, error: ErrorName): Described {
  return {
    ...{ errorCode: errorCode(error), transactionalId, transactionState: '', transactionTimeoutMs: 0 },
    ...{ transactionStartTimeMs: 0, producerId: 0, producerEpoch: 0, topics: [] },
  };
}
