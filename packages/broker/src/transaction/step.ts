import type { Moment } from '../coordinator/moment.ts';
import type { CoordinatorRecord, Outcome, Reply } from '../coordinator/outcome.ts';
import type { TransactionEncoder } from './records.ts';
import type { TransactionDeps } from './settings.ts';
import { assertTransition, type Durable, logValueOf, type Transaction } from './transaction.ts';
import { isPrepared } from './transaction-state.ts';
import type { TransactionTable } from './transaction-table.ts';

/** One event on its way through the state machine: the moment, and what was decided so far. */
export class TransactionStep implements Outcome {
  readonly records: CoordinatorRecord[] = [];
  readonly replies: Reply[] = [];
  readonly effects: (() => void)[] = [];
  /** Milliseconds since the epoch, for records. */
  readonly now: number;
  /** For deadlines. */
  readonly monotonicMs: number;
  readonly table: TransactionTable;
  readonly deps: TransactionDeps;
  readonly encoder: TransactionEncoder;

  constructor(now: Moment, table: TransactionTable, deps: TransactionDeps, encoder: TransactionEncoder) {
    this.now = now.wallMs;
    this.monotonicMs = now.monotonicMs;
    this.table = table;
    this.deps = deps;
    this.encoder = encoder;
  }

  reply(token: number, response: unknown): this {
    this.replies.push({ token, response });
    return this;
  }

  /** Whether the cluster may keep so many bytes more; notes it where it may not. */
  hasRoom(clusterId: string, growth: number): boolean {
    if (growth <= 0 || this.deps.accountOf(clusterId).hasRoom(growth)) return true;
    this.deps.limitReached(clusterId);
    return false;
  }

  /**
   * The id becomes what is told once the record is applied, which is before the next event. `lastProducerEpoch`: what
   * its producer may still say afterwards.
   */
  record(transaction: Transaction, change: Partial<Durable>, lastProducerEpoch = -1): this {
    const durable = { ...transaction.durable, ...change, updateMs: this.now };
    assertTransition(transaction.durable.state, durable.state);
    transaction.nextLastProducerEpoch = lastProducerEpoch;
    this.records.push(this.encoder.record(transaction.name, logValueOf(durable)));
    this.setDeadline(transaction, durable);
    return this;
  }

  private setDeadline(transaction: Transaction, { state, startMs, timeoutMs }: Durable): void {
    const { deadlines } = this.table;
    if (state === 'Ongoing') {
      // What is left of its time, by the clock that does not jump.
      const leftMs = Math.min(Math.max(startMs + timeoutMs - this.now, 0), timeoutMs);
      deadlines.set(transaction.deadline, this.monotonicMs + leftMs);
    } else if (!isPrepared(state)) {
      deadlines.cancel(transaction.deadline);
    } else {
      // Markers are written once the decision is there for good.
      deadlines.cancel(transaction.deadline);
      this.effects.push(() => writeMarkers(this.deps, transaction));
    }
  }
}

/** Has those markers written that are missing; whoever does it tells the shard of the outcome. */
export function writeMarkers(deps: TransactionDeps, transaction: Transaction): void {
  const { name, durable, awaited } = transaction;
  const { producerId, producerEpoch, state, protocol } = durable;
  if (!isPrepared(state)) return;
  const isCommit = state === 'PrepareCommit';
  deps.writeMarkers({ name, producerId, producerEpoch, isCommit, protocol, partitions: awaited });
}
