import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { TransactionName } from './records.ts';
import type { TransactionPartition } from './settings.ts';
import type { TransactionStep } from './step.ts';
import { hasPartition, type Transaction, transactionBytes, withPartitions } from './transaction.ts';
import { isPrepared } from './transaction-state.ts';

/** A producer and what it says it writes to. */
export interface TransactionAsk {
  readonly name: TransactionName;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Why the producer may not go on with what is open; NONE where it may. */
function producerError(transaction: Transaction | undefined, ask: TransactionAsk): ErrorName {
  if (transaction === undefined || ask.producerId !== transaction.durable.producerId)
    return 'INVALID_PRODUCER_ID_MAPPING';
  if (ask.producerEpoch !== transaction.durable.producerEpoch) return 'PRODUCER_FENCED';
  return isPrepared(transaction.durable.state) ? 'CONCURRENT_TRANSACTIONS' : 'NONE';
}

/**
 * Partitions become part of the producer's transaction, which begins with the first. `protocol` is by whom they are
 * added: by the producer itself (1), or by the brokers that it writes to (2, KIP-890). The answer is an error name.
 */
export function addPartitions(
  step: TransactionStep,
  token: number,
  ask: TransactionAsk & { readonly protocol: 1 | 2; readonly partitions: readonly TransactionPartition[] },
): TransactionStep {
  const transaction = step.table.find(ask.name);
  const error = producerError(transaction, ask);
  if (transaction === undefined || error !== 'NONE') return step.reply(token, error);
  const { durable } = transaction;
  const isOpen = durable.state === 'Ongoing';
  const before = isOpen ? durable.partitions : new Map();
  if (isOpen && ask.partitions.every((each) => hasPartition(before, each))) return step.reply(token, 'NONE');
  const partitions = withPartitions(before, ask.partitions);
  const growth =
    transactionBytes(ask.name, partitions) - transactionBytes(ask.name, transaction.durable.partitions);
  if (!step.hasRoom(ask.name.clusterId, growth)) return step.reply(token, 'POLICY_VIOLATION');
  const startMs = isOpen ? durable.startMs : step.now;
  const { protocol } = ask;
  step.record(
    transaction,
    { state: 'Ongoing', partitions, startMs, protocol },
    transaction.lastProducerEpoch,
  );
  return step.reply(token, 'NONE');
}

/** Whether the partition is part of what the producer has open; the answer is an error name. KIP-890. */
export function verifyPartition(
  step: TransactionStep,
  token: number,
  ask: TransactionAsk & TransactionPartition,
): TransactionStep {
  const transaction = step.table.find(ask.name);
  const error = producerError(transaction, ask);
  if (transaction === undefined || error !== 'NONE') return step.reply(token, error);
  const { state, partitions } = transaction.durable;
  const isPart = state === 'Ongoing' && hasPartition(partitions, ask);
  return step.reply(token, isPart ? 'NONE' : ('TRANSACTION_ABORTABLE' satisfies ErrorName));
}
