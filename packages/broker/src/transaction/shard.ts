import type { Moment } from '../coordinator/moment.ts';
import type { CoordinatorRecord, Outcome } from '../coordinator/outcome.ts';
import { addPartitions, type TransactionAsk, verifyPartition } from './add-partitions.ts';
import { describeTransaction, listTransactions, type TransactionFilter } from './describe.ts';
import {
  abortByCoordinator,
  type EndTransaction,
  endTransaction,
  markersWritten,
} from './end-transaction.ts';
import { type InitProducerId, initProducerId } from './init-producer-id.ts';
import { decodeTransactionRecord, TransactionEncoder, type TransactionName } from './records.ts';
import type { MarkerWork, TransactionDeps, TransactionPartition } from './settings.ts';
import { TransactionStep, writeMarkers } from './step.ts';
import { logValueOf, type Transaction } from './transaction.ts';
import { isPrepared } from './transaction-state.ts';
import { TransactionTable } from './transaction-table.ts';

/** So many deadlines at most are handled in one step, and so many ids forgotten; the next follows at once. */
const deadlinesPerStep = 1_000;
const forgottenPerStep = 1_000;

/**
 * The transactional ids of one internal partition, as a pure state machine: an event and the time go in, records,
 * replies, and what is to be done outside come out. Its driver does with them what GroupCoordinatorShard says; what is to be
 * done outside it begins once the records are committed, as replies are released.
 */
export class TransactionCoordinatorShard {
  private readonly deps: TransactionDeps;
  private readonly table: TransactionTable;
  private readonly encoder = new TransactionEncoder();

  constructor(deps: TransactionDeps) {
    this.deps = deps;
    this.table = new TransactionTable(deps.accountOf);
  }

  /** Answers InitAnswer. */
  initProducerId(now: Moment, token: number, init: InitProducerId): Outcome {
    return initProducerId(this.step(now), token, init);
  }

  /** Answers an error name. */
  addPartitions(now: Moment, token: number, ask: Parameters<typeof addPartitions>[2]): Outcome {
    return addPartitions(this.step(now), token, ask);
  }

  /** Answers an error name. */
  verifyPartition(now: Moment, token: number, ask: TransactionAsk & TransactionPartition): Outcome {
    return verifyPartition(this.step(now), token, ask);
  }

  /** Answers EndAnswer. */
  endTransaction(now: Moment, token: number, end: EndTransaction): Outcome {
    return endTransaction(this.step(now), token, end);
  }

  /** Of `work`, those partitions have their markers, or are no more. */
  markersWritten(now: Moment, work: MarkerWork, written: readonly TransactionPartition[]): Outcome {
    return markersWritten(this.step(now), work, written);
  }

  /** Answers Described. */
  describe(now: Moment, token: number, name: TransactionName): Outcome {
    return describeTransaction(this.step(now), token, name);
  }

  /** Answers Listed, of all that pass. */
  list(now: Moment, token: number, filter: TransactionFilter): Outcome {
    return listTransactions(this.step(now), token, filter);
  }

  /** Applies a record; the only way in which what the log holds changes here. */
  replay(record: CoordinatorRecord): void {
    const decoded = decodeTransactionRecord(record);
    if (decoded === null) return;
    if (decoded.value === null) this.table.remove(decoded.name);
    else this.table.findOrCreate(decoded.name).apply(decoded.value);
  }

  /** The log was replayed. What is decided is carried out, and what is open has the rest of its time. */
  loaded(now: Moment): void {
    for (const transaction of this.table.all()) {
      const { state, startMs, timeoutMs } = transaction.durable;
      const leftMs = Math.min(Math.max(startMs + timeoutMs - now.wallMs, 0), timeoutMs);
      if (state === 'Ongoing') this.table.deadlines.set(transaction.deadline, now.monotonicMs + leftMs);
      else if (isPrepared(state)) this.table.deadlines.set(transaction.deadline, now.monotonicMs);
    }
    this.table.deadlines.set(this.table.sweep, now.monotonicMs);
  }

  /** Each id as it is when it is asked for; one that was forgotten meanwhile is not told. */
  *snapshot(): Iterable<CoordinatorRecord> {
    for (const { name, durable } of this.table.all()) yield this.encoder.record(name, logValueOf(durable));
  }

  dispose(): void {
    this.table.release();
  }

  nextDeadline(): number | null {
    return this.table.deadlines.next();
  }

  /** Lets run out what is due. Call it again while nextDeadline is not in the future. */
  expire(now: Moment): Outcome {
    const step = this.step(now);
    for (let count = 0; count < deadlinesPerStep; count += 1) {
      const deadline = this.table.deadlines.takeDue(now.monotonicMs);
      if (deadline === null) break;
      if (deadline.subject === null) this.sweep(step);
      else this.pass(step, deadline.subject);
    }
    return step;
  }

  private pass(step: TransactionStep, transaction: Transaction): void {
    const { state } = transaction.durable;
    if (state === 'Ongoing') abortByCoordinator(step, transaction);
    else if (isPrepared(state)) step.effects.push(() => writeMarkers(this.deps, transaction));
  }

  /** Forgets ids that nobody has used for long, and those of clusters that are no more, unless something is open. */
  private sweep(step: TransactionStep): void {
    const { settings, hasCluster } = this.deps;
    let forgotten = 0;
    for (const { name, durable } of this.table.all()) {
      const isIdle = durable.state !== 'Ongoing' && !isPrepared(durable.state);
      const isOld = step.now - durable.updateMs >= settings.expirationMs;
      if (!isIdle || !(isOld || !hasCluster(name.clusterId))) continue;
      if (forgotten === forgottenPerStep) break;
      step.records.push(this.encoder.record(name, null));
      forgotten += 1;
    }
    const waitMs = forgotten === forgottenPerStep ? 0 : settings.expirationCheckMs;
    this.table.deadlines.set(this.table.sweep, step.monotonicMs + waitMs);
  }

  private step(now: Moment): TransactionStep {
    return new TransactionStep(now, this.table, this.deps, this.encoder);
  }
}
