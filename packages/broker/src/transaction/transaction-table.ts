import { type Deadline, Deadlines, newDeadline } from '../coordinator/deadlines.ts';
import type { Account } from '../memory/account.ts';
import type { TransactionName } from './records.ts';
import { Transaction } from './transaction.ts';

/** The transactional ids of one shard, by cluster: no look-up can reach from one cluster into another. */
export class TransactionTable {
  readonly deadlines = new Deadlines<Transaction | null>();
  /** When all ids are looked at for those that nobody uses. */
  readonly sweep: Deadline<Transaction | null> = newDeadline<Transaction | null>(null);
  private readonly clusters = new Map<string, Map<string, Transaction>>();
  private readonly accountOf: (clusterId: string) => Account;

  constructor(accountOf: (clusterId: string) => Account) {
    this.accountOf = accountOf;
  }

  find({ clusterId, transactionalId }: TransactionName): Transaction | undefined {
    return this.clusters.get(clusterId)?.get(transactionalId);
  }

  findOrCreate(name: TransactionName): Transaction {
    const found = this.find(name);
    if (found !== undefined) return found;
    const transaction = new Transaction(name, this.accountOf(name.clusterId));
    const cluster = this.clusters.get(name.clusterId) ?? new Map<string, Transaction>();
    this.clusters.set(name.clusterId, cluster);
    cluster.set(name.transactionalId, transaction);
    return transaction;
  }

  remove({ clusterId, transactionalId }: TransactionName): void {
    const cluster = this.clusters.get(clusterId);
    const transaction = cluster?.get(transactionalId);
    if (cluster === undefined || transaction === undefined) return;
    cluster.delete(transactionalId);
    if (cluster.size === 0) this.clusters.delete(clusterId);
    this.deadlines.cancel(transaction.deadline);
    transaction.release();
  }

  /** The table is not used any more: what it kept is given back. */
  release(): void {
    for (const transaction of this.all()) transaction.release();
  }

  of(clusterId: string): Iterable<Transaction> {
    return this.clusters.get(clusterId)?.values() ?? [];
  }

  *all(): Iterable<Transaction> {
    for (const cluster of this.clusters.values()) yield* cluster.values();
  }
}
