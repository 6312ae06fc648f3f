import { type Deadline, newDeadline } from '../coordinator/deadlines.ts';
import type { Account } from '../memory/account.ts';
import type { NewTransactionLogValue, TransactionLogValue, TransactionName } from './records.ts';
import type { TransactionPartition } from './settings.ts';
import { isPrepared, isTransition, stateCode, stateOf, type TransactionState } from './transaction-state.ts';

/** By topic. */
export type Partitions = ReadonlyMap<string, ReadonlySet<number>>;

export const noPartitions: Partitions = new Map();

/** What the log says of a transactional id. */
export interface Durable {
  readonly producerId: number;
  /** Of before a roll-over of the epochs; −1: there was none. */
  readonly previousProducerId: number;
  /** Of the next transaction, where this one's epochs end; −1: the same. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  readonly partitions: Partitions;
  readonly updateMs: number;
  /** −1: nothing is open. */
  readonly startMs: number;
  readonly protocol: 1 | 2;
}

const nothing: Durable = {
  producerId: -1,
  previousProducerId: -1,
  nextProducerId: -1,
  producerEpoch: -1,
  timeoutMs: 0,
  state: 'Empty',
  partitions: noPartitions,
  updateMs: -1,
  startMs: -1,
  protocol: 1,
};

/** The last epoch of a producer id; only a coordinator ever writes with it, to end what the one before it has open. */
export const epochMax = 0x7fff;

/** One transactional id: what its records add up to, and what a restart forgets. */
export class Transaction {
  readonly name: TransactionName;
  durable: Durable = nothing;
  /** An epoch that its producer may still say, as it may not have heard of the present one; −1: none. */
  lastProducerEpoch = -1;
  /** The same, of the record that is decided and not applied yet. */
  nextLastProducerEpoch = -1;
  /** Partitions that are without their marker. */
  awaited: readonly TransactionPartition[] = [];
  /** When the transaction's time is over, or markers are tried again. */
  readonly deadline: Deadline<Transaction | null> = newDeadline<Transaction | null>(this);
  private readonly account: Account;
  private chargedBytes = 0;

  constructor(name: TransactionName, account: Account) {
    this.name = name;
    this.account = account;
    this.charge(transactionBytes(name, noPartitions));
  }

  apply(value: TransactionLogValue): void {
    this.durable = durableOf(value);
    this.lastProducerEpoch = this.nextLastProducerEpoch;
    this.nextLastProducerEpoch = -1;
    this.awaited = isPrepared(this.durable.state) ? listOf(this.durable.partitions) : [];
    this.charge(transactionBytes(this.name, this.durable.partitions));
  }

  /** The id is forgotten: gives back what was charged for it. */
  release(): void {
    this.charge(0);
  }

  private charge(bytes: number): void {
    const growth = bytes - this.chargedBytes;
    this.chargedBytes = bytes;
    if (growth > 0) this.account.take(growth);
    else if (growth < 0) this.account.giveBack(-growth);
  }
}

/** Throws where the id cannot go from one to the other: a rule of ours is broken. */
export function assertTransition(from: TransactionState, to: TransactionState): void {
  if (!isTransition(from, to)) throw new Error(`a transaction cannot go from ${from} to ${to}`);
}

export function logValueOf(durable: Durable): NewTransactionLogValue {
  const { nextProducerId, state, partitions, protocol } = durable;
  return {
    producerId: durable.producerId,
    previousProducerId: durable.previousProducerId,
    nextProducerId,
    producerEpoch: durable.producerEpoch,
    nextProducerEpoch: nextProducerId < 0 ? -1 : 0,
    transactionTimeoutMs: durable.timeoutMs,
    transactionStatus: stateCode(state),
    transactionPartitions:
      state === 'Empty'
        ? null
        : Array.from(partitions, ([topic, indexes]) => ({ topic, partitionIds: [...indexes] })),
    transactionLastUpdateTimestampMs: durable.updateMs,
    transactionStartTimestampMs: durable.startMs,
    clientTransactionVersion: protocol,
  };
}

function durableOf(value: TransactionLogValue): Durable {
  return {
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    timeoutMs: value.transactionTimeoutMs,
    state: stateOf(value.transactionStatus),
    partitions: new Map(
      value.transactionPartitions?.map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]),
    ),
    updateMs: value.transactionLastUpdateTimestampMs,
    startMs: value.transactionStartTimestampMs,
    protocol: value.clientTransactionVersion >= 2 ? 2 : 1,
  };
}

export function listOf(partitions: Partitions): TransactionPartition[] {
  return [...partitions].flatMap(([topic, indexes]) =>
    Array.from(indexes, (partition) => ({ topic, partition })),
  );
}

export function hasPartition(partitions: Partitions, { topic, partition }: TransactionPartition): boolean {
  return partitions.get(topic)?.has(partition) === true;
}

export function withPartitions(partitions: Partitions, added: readonly TransactionPartition[]): Partitions {
  const all = new Map(Array.from(partitions, ([topic, indexes]) => [topic, new Set(indexes)]));
  for (const { topic, partition } of added) {
    const indexes = all.get(topic);
    if (indexes === undefined) all.set(topic, new Set([partition]));
    else indexes.add(partition);
  }
  return all;
}

/** What the parts of a transactional id cost on the heap, bytes; those of a group, which are alike, were measured. */
const transactionBase = 2_000;
const topicBase = 400;
const partitionBase = 100;

export function transactionBytes(
  { clusterId, transactionalId }: TransactionName,
  partitions: Partitions,
): number {
  let bytes = transactionBase + clusterId.length + 2 * Buffer.byteLength(transactionalId);
  for (const [topic, indexes] of partitions) bytes += topicBase + topic.length + partitionBase * indexes.size;
  return bytes;
}
