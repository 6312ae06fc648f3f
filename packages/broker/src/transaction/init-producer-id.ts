import type { ErrorName } from '@weir/kafka-protocol/errors';
import { abortByCoordinator } from './end-transaction.ts';
import { isStorableName, type TransactionName } from './records.ts';
import type { TransactionStep } from './step.ts';
import { type Durable, epochMax, noPartitions, type Transaction, transactionBytes } from './transaction.ts';
import { isPrepared } from './transaction-state.ts';

export interface InitProducerId {
  readonly name: TransactionName;
  readonly timeoutMs: number;
  /** What the producer had before (KIP-360); −1: it is new. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /** One that nobody had, if the caller has got one: see `needs-id`. */
  readonly freshId: number | null;
}

export type InitAnswer =
  | { readonly kind: 'refused'; readonly error: ErrorName }
  | { readonly kind: 'ready'; readonly producerId: number; readonly producerEpoch: number }
  /** It takes an id that nobody had: the caller is to come again with one. */
  | { readonly kind: 'needs-id' };

const refused = (error: ErrorName): InitAnswer => ({ kind: 'refused', error });

/**
 * The next producer of that name, with an epoch above that of the one before, which so is fenced; what that has left
 * open is aborted first, and the new one comes again meanwhile. KIP-98, KIP-360, KIP-588.
 */
export function initProducerId(step: TransactionStep, token: number, init: InitProducerId): TransactionStep {
  if (init.timeoutMs <= 0 || init.timeoutMs > step.deps.settings.timeoutMsMax)
    return step.reply(token, refused('INVALID_TRANSACTION_TIMEOUT'));
  const known = step.table.find(init.name);
  if (known === undefined) return createId(step, token, init);
  const { state } = known.durable;
  if (!isOfProducer(known, init)) return step.reply(token, refused('PRODUCER_FENCED'));
  if (isPrepared(state)) return step.reply(token, refused('CONCURRENT_TRANSACTIONS'));
  if (state === 'Ongoing') {
    abortByCoordinator(step, known);
    return step.reply(token, refused('CONCURRENT_TRANSACTIONS'));
  }
  // Its first answer was lost.
  if (isRepeated(known, init)) return answer(step, token, known.durable);
  return beginEpoch(step, token, known, init);
}

function createId(step: TransactionStep, token: number, init: InitProducerId): TransactionStep {
  const { name, freshId } = init;
  if (!isStorableName(name)) return step.reply(token, refused('INVALID_REQUEST'));
  if (!step.hasRoom(name.clusterId, transactionBytes(name, noPartitions)))
    return step.reply(token, refused('POLICY_VIOLATION'));
  if (freshId === null) return step.reply(token, { kind: 'needs-id' } satisfies InitAnswer);
  const transaction = step.table.findOrCreate(name);
  return become(step, token, transaction, init, { producerId: freshId, producerEpoch: 0 });
}

/** Whether who asks with an id and epoch of before is the producer that has them, and no other one came since. */
function isOfProducer(known: Transaction, { producerId, producerEpoch }: InitProducerId): boolean {
  const { durable, lastProducerEpoch } = known;
  if (producerId < 0 && producerEpoch < 0) return true;
  // It came back after its epochs had ended, and did not hear the answer.
  if (producerId === durable.previousProducerId) return durable.producerEpoch === 0 && lastProducerEpoch >= 0;
  if (producerId !== durable.producerId) return false;
  return (
    producerEpoch === durable.producerEpoch || (producerEpoch >= 0 && producerEpoch === lastProducerEpoch)
  );
}

function isRepeated({ durable }: Transaction, { producerId, producerEpoch }: InitProducerId): boolean {
  if (producerId < 0) return false;
  return producerId !== durable.producerId || producerEpoch !== durable.producerEpoch;
}

function beginEpoch(
  step: TransactionStep,
  token: number,
  known: Transaction,
  init: InitProducerId,
): TransactionStep {
  const { producerId, producerEpoch } = known.durable;
  // Only one that says what it had may come again with it.
  const lastProducerEpoch = init.producerId < 0 ? -1 : producerEpoch;
  if (producerEpoch < epochMax - 1)
    return become(
      step,
      token,
      known,
      init,
      { producerId, producerEpoch: producerEpoch + 1 },
      lastProducerEpoch,
    );
  if (init.freshId === null) return step.reply(token, { kind: 'needs-id' } satisfies InitAnswer);
  const next = { producerId: init.freshId, producerEpoch: 0, previousProducerId: producerId };
  return become(step, token, known, init, next, lastProducerEpoch);
}

function become(
  step: TransactionStep,
  token: number,
  transaction: Transaction,
  { timeoutMs }: InitProducerId,
  producer: Pick<Durable, 'producerId' | 'producerEpoch'> & Partial<Durable>,
  lastProducerEpoch = -1,
): TransactionStep {
  const closed = { state: 'Empty', partitions: noPartitions, startMs: -1, nextProducerId: -1 } as const;
  step.record(transaction, { ...closed, timeoutMs, ...producer }, lastProducerEpoch);
  return answer(step, token, producer);
}

function answer(
  step: TransactionStep,
  token: number,
  { producerId, producerEpoch }: Pick<Durable, 'producerId' | 'producerEpoch'>,
): TransactionStep {
  return step.reply(token, { kind: 'ready', producerId, producerEpoch } satisfies InitAnswer);
}
