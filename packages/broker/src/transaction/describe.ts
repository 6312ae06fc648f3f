import type { DescribeTransactionsResponse } from '@weir/kafka-protocol/apis/65-describe-transactions';
import type { ListTransactionsResponse } from '@weir/kafka-protocol/apis/66-list-transactions';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { TransactionName } from './records.ts';
import type { TransactionStep } from './step.ts';
import { isPrepared, type TransactionState } from './transaction-state.ts';

export type Described = DescribeTransactionsResponse['transactionStates'][number];
export type Listed = ListTransactionsResponse['transactionStates'][number];

export function describeTransaction(
  step: TransactionStep,
  token: number,
  name: TransactionName,
): TransactionStep {
  const { transactionalId } = name;
  const transaction = step.table.find(name);
  if (transaction === undefined) {
    return step.reply(token, {
      ...{ errorCode: errorCode('TRANSACTIONAL_ID_NOT_FOUND'), transactionalId, transactionState: '' },
      ...{ transactionTimeoutMs: 0, transactionStartTimeMs: 0, producerId: 0, producerEpoch: 0, topics: [] },
    } satisfies Described);
  }
  const { durable } = transaction;
  return step.reply(token, {
    errorCode: 0,
    transactionalId,
    transactionState: durable.state,
    transactionTimeoutMs: durable.timeoutMs,
    transactionStartTimeMs: durable.startMs,
    producerId: durable.producerId,
    producerEpoch: durable.producerEpoch,
    topics: Array.from(durable.partitions, ([topic, indexes]) => ({ topic, partitions: [...indexes] })),
  } satisfies Described);
}

export interface TransactionFilter {
  readonly clusterId: string;
  /** Empty: all. */
  readonly states: ReadonlySet<TransactionState>;
  /** Empty: all. */
  readonly producerIds: ReadonlySet<number>;
  /** Open for at least so long, milliseconds; negative: all. */
  readonly durationMs: number;
}

/** The cluster's transactional ids of this shard that pass. */
export function listTransactions(
  step: TransactionStep,
  token: number,
  { clusterId, states, producerIds, durationMs }: TransactionFilter,
): TransactionStep {
  const listed: Listed[] = [];
  for (const { name, durable } of step.table.of(clusterId)) {
    const { state, producerId, startMs } = durable;
    if (states.size > 0 && !states.has(state)) continue;
    if (producerIds.size > 0 && !producerIds.has(producerId)) continue;
    const isOpen = state === 'Ongoing' || isPrepared(state);
    if (durationMs >= 0 && !(isOpen && step.now - startMs > durationMs)) continue;
    listed.push({ transactionalId: name.transactionalId, producerId, transactionState: state });
  }
  return step.reply(token, listed);
}
