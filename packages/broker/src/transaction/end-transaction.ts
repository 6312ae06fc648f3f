import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { TransactionAsk } from './add-partitions.ts';
import type { MarkerWork, TransactionPartition } from './settings.ts';
import type { TransactionStep } from './step.ts';
import { type Durable, epochMax, noPartitions, type Transaction } from './transaction.ts';
import { isPrepared } from './transaction-state.ts';

export interface EndTransaction extends TransactionAsk {
  readonly isCommit: boolean;
  readonly protocol: 1 | 2;
  /** One that nobody had, if the caller has got one: see `needs-id`. */
  readonly freshId: number | null;
}

export type EndAnswer =
  | { readonly kind: 'refused'; readonly error: ErrorName }
  /** What the producer is to go on with; under protocol 1 what it has. */
  | { readonly kind: 'ended'; readonly producerId: number; readonly producerEpoch: number }
  /** The epochs of the producer's id are used up: the caller is to come again with one that nobody had. */
  | { readonly kind: 'needs-id' };

const refused = (error: ErrorName): EndAnswer => ({ kind: 'refused', error });

/**
 * Decides the transaction for good; its markers follow. Under protocol 2 the next one has an epoch of its own, so that
 * nothing late lands in it, and a repeated end gets the same answer (KIP-890).
 */
export function endTransaction(step: TransactionStep, token: number, end: EndTransaction): TransactionStep {
  const transaction = step.table.find(end.name);
  if (transaction === undefined) return step.reply(token, refused('INVALID_PRODUCER_ID_MAPPING'));
  const { durable } = transaction;
  if (end.protocol === 2 && isBefore(transaction, end)) return repeated(step, token, transaction, end);
  if (end.producerId !== durable.producerId) return step.reply(token, refused('INVALID_PRODUCER_ID_MAPPING'));
  if (end.producerEpoch !== durable.producerEpoch) return step.reply(token, refused('PRODUCER_FENCED'));
  if (durable.state === 'Ongoing') return decide(step, token, transaction, end);
  // Nothing was added: there is nothing to abort, and the epoch is another one all the same.
  const isVoidAbort = end.protocol === 2 && !end.isCommit && !isPrepared(durable.state);
  if (isVoidAbort) return decide(step, token, transaction, end);
  return end.protocol === 2
    ? step.reply(token, refused(isPrepared(durable.state) ? 'CONCURRENT_TRANSACTIONS' : 'INVALID_TXN_STATE'))
    : repeated(step, token, transaction, end);
}

/** Whether it is said in the epoch before: the answer to the first end did not arrive. */
function isBefore({ durable, lastProducerEpoch }: Transaction, end: TransactionAsk): boolean {
  const { state } = durable;
  if (durable.protocol !== 2 || state === 'Empty' || state === 'Ongoing') return false;
  if (end.producerId === durable.previousProducerId)
    return durable.producerEpoch === 0 && end.producerEpoch === epochMax - 1;
  if (end.producerId !== durable.producerId || end.producerEpoch !== durable.producerEpoch - 1) return false;
  // After a restart that is not known any more; what was aborted by others has no such epoch to come back with.
  return lastProducerEpoch === end.producerEpoch || lastProducerEpoch < 0;
}

function repeated(
  step: TransactionStep,
  token: number,
  { durable }: Transaction,
  { isCommit }: EndTransaction,
): TransactionStep {
  const decided = isCommit ? 'Commit' : 'Abort';
  if (durable.state === `Prepare${decided}`) return step.reply(token, refused('CONCURRENT_TRANSACTIONS'));
  if (durable.state === `Complete${decided}`) return step.reply(token, answerOf(durable));
  return step.reply(token, refused('INVALID_TXN_STATE'));
}

function decide(
  step: TransactionStep,
  token: number,
  transaction: Transaction,
  end: EndTransaction,
): TransactionStep {
  const { durable } = transaction;
  const state = end.isCommit ? 'PrepareCommit' : 'PrepareAbort';
  if (end.protocol === 1) {
    step.record(transaction, { state, protocol: 1 }, transaction.lastProducerEpoch);
    return step.reply(token, answerOf(durable));
  }
  const isLast = durable.producerEpoch >= epochMax - 1;
  if (isLast && end.freshId === null) return step.reply(token, { kind: 'needs-id' } satisfies EndAnswer);
  const next: Durable = {
    ...durable,
    ...{ state, protocol: 2, producerEpoch: durable.producerEpoch + 1 },
    nextProducerId: isLast ? (end.freshId ?? -1) : -1,
    partitions: durable.state === 'Ongoing' ? durable.partitions : noPartitions,
  };
  step.record(transaction, next, durable.producerEpoch);
  return step.reply(token, answerOf(next));
}

function answerOf({ producerId, producerEpoch, nextProducerId }: Durable): EndAnswer {
  if (nextProducerId >= 0) return { kind: 'ended', producerId: nextProducerId, producerEpoch: 0 };
  return { kind: 'ended', producerId, producerEpoch };
}

/** Its time is over, or another producer of the name has come: its own is fenced by the epoch. */
export function abortByCoordinator(step: TransactionStep, transaction: Transaction): void {
  const { producerEpoch, protocol } = transaction.durable;
  // Under protocol 2 the next epoch is the one that its own end would have brought it: it is fenced by the one after.
  const fencing = Math.min(producerEpoch + protocol, epochMax);
  step.record(transaction, { state: 'PrepareAbort', producerEpoch: fencing });
}

/** Those partitions have their markers now, or are no more; with the last of them the transaction is over. */
export function markersWritten(
  step: TransactionStep,
  work: MarkerWork,
  written: readonly TransactionPartition[],
): TransactionStep {
  const transaction = step.table.find(work.name);
  if (transaction === undefined) return step;
  const { durable } = transaction;
  const isOfWork =
    durable.producerId === work.producerId &&
    durable.producerEpoch === work.producerEpoch &&
    durable.state === (work.isCommit ? 'PrepareCommit' : 'PrepareAbort');
  if (!isOfWork) return step;
  const isWritten = ({ topic, partition }: TransactionPartition) =>
    written.some((each) => each.topic === topic && each.partition === partition);
  transaction.awaited = transaction.awaited.filter((each) => !isWritten(each));
  if (transaction.awaited.length > 0) {
    step.table.deadlines.set(transaction.deadline, step.monotonicMs + step.deps.settings.markerRetryMs);
    return step;
  }
  return complete(step, transaction);
}

function complete(step: TransactionStep, transaction: Transaction): TransactionStep {
  const { durable, lastProducerEpoch } = transaction;
  const state = durable.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort';
  const closed = { state, partitions: noPartitions, startMs: -1 } as const;
  if (durable.nextProducerId < 0) return step.record(transaction, closed, lastProducerEpoch);
  const { producerId: previousProducerId, nextProducerId: producerId } = durable;
  const next = { previousProducerId, producerId, producerEpoch: 0, nextProducerId: -1 };
  return step.record(transaction, { ...closed, ...next }, lastProducerEpoch);
}
