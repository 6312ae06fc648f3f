import {
  baseSequence,
  batchHeaderBytes,
  batchPositions,
  producerEpoch,
  producerId,
} from '@weir/kafka-protocol/record-batch';
import type { Deps } from '../deps.ts';
import { producerBeginningsMax } from '../limits.ts';
import type { BatchRules } from './accept-batch.ts';
import type { PartitionOwner } from './partition-owner.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { ProducerLedger } from './producer-ledger.ts';
import { checkRecords, needsRecordCheck, type RecordsKnown } from './record-check.ts';
import { isVoid, needsVerification, type Verification } from './transaction-check.ts';
import {
  addsPartitions,
  type ProducedIn,
  produceErrorOf,
  type TransactionVerifier,
} from './transaction-verifier.ts';

/** What was found out about a batch elsewhere, for the decision whether to append it. */
export interface Findings {
  /** Null: nobody has looked. */
  readonly records: RecordsKnown | null;
  /** Its producer id was handed out to nobody. */
  readonly isProducerUnknown: boolean;
  /** Null: nobody has asked the coordinator of its transaction. */
  readonly verification: Verification | null;
}

export const nothingFound: Findings = { records: null, isProducerUnknown: false, verification: null };

/** A second answer is void only where a second transaction has ended meanwhile. */
const verificationsMax = 3;

/** The lowest sequence that a producer has come with in an epoch of which the log has nothing. */
interface Beginning {
  readonly epoch: number;
  readonly sequence: number;
}

interface InquiryDeps {
  readonly deps: Pick<Deps, 'clock' | 'workers' | 'log'>;
  readonly owner: Pick<PartitionOwner, 'id' | 'reachedLimits'>;
  readonly dir: string;
  readonly index: number;
  readonly ledger: ProducerLedger;
  /** Without it every id counts as one that was handed out. */
  readonly producerIds: Pick<ProducerIds, 'isKnown' | 'wasHandedOut'> | null;
  /** Without it there are no transactions. */
  readonly transactions: TransactionVerifier | null;
}

/**
 * Asks what an append needs to know and cannot see by itself: a worker for the records of what is compressed,
 * the store for producer ids that this broker has not heard of, a coordinator whether a transaction is open. Most
 * batches need none of them.
 */
export class Inquiry {
  readonly #deps: InquiryDeps;
  /** By the bytes themselves: for as long as their request has them. */
  readonly #findings = new WeakMap<Buffer, Findings>();
  /** By producer id, those that were heard of last at the end. */
  readonly #beginnings = new Map<number, Beginning>();

  constructor(deps: InquiryDeps) {
    this.#deps = deps;
  }

  /** Whether `ask` has something to find out before the partition can decide about these bytes. */
  isNeeded(records: Buffer, rules: BatchRules, produced: ProducedIn | null): boolean {
    return (
      this.#mustAskForProducer(records) ||
      needsRecordCheck(records, rules, this.#deps.deps.clock.now()) ||
      (produced !== null && this.#mustVerify(records))
    );
  }

  /** Finds out what the partition needs to know of these very bytes. Never rejects: what stays unknown it refuses. */
  async ask(records: Buffer, rules: BatchRules, produced: ProducedIn | null): Promise<void> {
    const isProducerUnknown = this.#mustAskForProducer(records) && !(await this.#isProducerKnown(records));
    const now = this.#deps.deps.clock.now();
    const found = needsRecordCheck(records, rules, now) ? await this.#look(records, rules, now) : null;
    const verification =
      produced !== null && this.#mustVerify(records) ? await this.#verify(records, produced) : null;
    this.#findings.set(records, { records: found, isProducerUnknown, verification });
  }

  findingsOf(records: Buffer): Findings {
    return this.#findings.get(records) ?? nothingFound;
  }

  #mustVerify(records: Buffer): boolean {
    return isClaimable(records) && needsVerification(records, this.#deps.ledger);
  }

  async #verify(records: Buffer, produced: ProducedIn): Promise<Verification> {
    const { ledger, owner, index, transactions } = this.#deps;
    const producer = producerId(records, 0);
    const { transactionalId, topic } = produced;
    const write = { clusterId: owner.id, transactionalId, topic, partition: index };
    const ofProducer = { producerId: producer, producerEpoch: producerEpoch(records, 0) };
    const beginsAtZero = addsPartitions(produced);
    const lowestSequence = this.#beginningOf(records, producer);
    for (let left = verificationsMax; ; left -= 1) {
      // Before the coordinator is asked: a marker that comes meanwhile ends what it tells of.
      const marker = ledger.markerOf(producer);
      const answer = await transactions?.verify({ ...write, ...ofProducer }, beginsAtZero);
      const error = produceErrorOf(answer ?? 'INVALID_TXN_STATE', produced);
      const verification = { error, marker, lowestSequence, beginsAtZero };
      // That of the transaction before comes while the client, whose commit was answered, begins the next.
      if (left <= 1 || !isVoid(verification, ledger, producer)) return verification;
    }
  }

  /** Remembered until the log knows the producer in that epoch, or others have come with theirs. */
  #beginningOf(records: Buffer, producer: number): number {
    const epoch = producerEpoch(records, 0);
    const known = this.#beginnings.get(producer);
    const own = baseSequence(records, 0);
    const sequence = known?.epoch === epoch ? Math.min(known.sequence, own) : own;
    this.#beginnings.delete(producer);
    if (!this.#deps.ledger.isFresh(producer, epoch)) return sequence;
    this.#beginnings.set(producer, { epoch, sequence });
    const [oldest] = this.#beginnings.keys();
    if (this.#beginnings.size > producerBeginningsMax && oldest !== undefined)
      this.#beginnings.delete(oldest);
    return sequence;
  }

  #mustAskForProducer(records: Buffer): boolean {
    const { producerIds, ledger } = this.#deps;
    if (producerIds === null) return false;
    const producer = producerIdClaimed(records);
    return producer >= 0 && !producerIds.isKnown(producer) && !ledger.has(producer);
  }

  async #isProducerKnown(records: Buffer): Promise<boolean> {
    const { deps, dir, producerIds } = this.#deps;
    try {
      return (await producerIds?.wasHandedOut(producerIdClaimed(records))) !== false;
    } catch (cause) {
      // The store is away: its word is missing, and the producer is taken at his own.
      deps.log.warn('producer-id.unverified', { dir }, cause);
      return true;
    }
  }

  async #look(records: Buffer, rules: BatchRules, now: number): Promise<RecordsKnown> {
    const { deps, dir, owner } = this.#deps;
    let known: RecordsKnown = { kind: 'unknown' };
    try {
      known = await checkRecords(deps.workers, owner.id, records, rules, now);
    } catch (cause) {
      deps.log.error('partition.records.unknown', { dir, bytes: records.length }, cause);
    }
    if (known.kind === 'too-large' || known.kind === 'unknown') {
      owner.reachedLimits.reached('decompressedBytesMax');
    }
    return known;
  }
}

/** Whether the bytes are long enough for a header, and carry a producer id that is one. */
function isClaimable(records: Buffer): boolean {
  return producerIdClaimed(records) >= 0;
}

/** The producer id that the bytes carry where a batch has it; −1 where it is none. */
function producerIdClaimed(records: Buffer): number {
  if (records.length < batchHeaderBytes) return -1;
  const high = records.readInt32BE(batchPositions.producerId);
  const isNone = high < 0 || high > 0x1f_ffff;
  return isNone ? -1 : producerId(records, 0);
}
