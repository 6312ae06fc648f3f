import type { ErrorName } from '@weir/kafka-protocol/errors';
import { baseSequence, isTransactional, producerEpoch, producerId } from '@weir/kafka-protocol/record-batch';
import type { ProducerLedger } from './producer-ledger.ts';

/** What the coordinator has said of a batch that is to be the first of its producer's transaction here. */
export interface Verification {
  /** In the client's terms. */
  readonly error: ErrorName;
  /** The producer's latest marker when this was asked: behind a later one it is void. */
  readonly marker: number;
  /** The lowest sequence that the producer has come with in its epoch, while nothing of that epoch is in the log. */
  readonly lowestSequence: number;
  /** The producer's sequences begin at 0 with each of its epochs (transaction protocol 2). */
  readonly beginsAtZero: boolean;
}

interface Refusal {
  readonly error: ErrorName;
  readonly message: string | null;
}

/** Whether the coordinator must be asked: the batch is the first of its transaction, as far as this log knows. */
export function needsVerification(batch: Buffer, ledger: ProducerLedger): boolean {
  if (!isTransactional(batch, 0)) return false;
  const producer = producerId(batch, 0);
  const isOpen = ledger.transactions.firstOffsetOf(producer) !== null;
  return producer >= 0 && !(isOpen && ledger.epochOf(producer) === producerEpoch(batch, 0));
}

/**
 * Why the batch is not part of what its producer has open, null where it is (KIP-890): a late one must not land in
 * the transaction after its own, nor one that nobody ends hold back the readers of the partition.
 */
export function transactionRefusal(
  batch: Buffer,
  ledger: ProducerLedger,
  verification: Verification | null,
): Refusal | null {
  const producer = producerId(batch, 0);
  const isOpen = producer >= 0 && ledger.transactions.firstOffsetOf(producer) !== null;
  if (!isTransactional(batch, 0)) {
    return isOpen ? refuse('INVALID_TXN_STATE', 'The producer has a transaction open here.') : null;
  }
  if (producer < 0) return refuse('INVALID_RECORD', 'A transactional batch needs a producer id.');
  const epoch = producerEpoch(batch, 0);
  if (epoch < ledger.epochOf(producer)) return refuse('INVALID_PRODUCER_EPOCH', null);
  if (!needsVerification(batch, ledger)) return null;
  if (verification === null)
    return refuse('INVALID_TXN_STATE', 'The batch is not part of an open transaction.');
  // First: while the transaction before is ended, whose marker may have come meanwhile, this one is only put off.
  if (verification.error !== 'NONE') return refuse(verification.error, null);
  if (isVoid(verification, ledger, producer))
    return refuse('NOT_ENOUGH_REPLICAS', 'A transaction of the producer ended meanwhile; try again.');
  return ledger.isFresh(producer, epoch) ? sequenceRefusal(batch, verification) : null;
}

/** Whether what was said may be of a transaction that has ended since. */
export function isVoid(
  { error, marker }: Pick<Verification, 'error' | 'marker'>,
  ledger: ProducerLedger,
  producer: number,
): boolean {
  return error === 'NONE' && marker !== ledger.markerOf(producer);
}

/** Of several requests under way the first may have been refused for now, and the others not: they wait for it. */
function sequenceRefusal(batch: Buffer, verification: Verification): Refusal | null {
  const first = baseSequence(batch, 0);
  const isEarly = first > verification.lowestSequence || (verification.beginsAtZero && first !== 0);
  return isEarly ? refuse('OUT_OF_ORDER_SEQUENCE_NUMBER', null) : null;
}

function refuse(error: ErrorName, message: string | null): Refusal {
  return { error, message };
}
