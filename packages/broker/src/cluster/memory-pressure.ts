import type { TailCache } from '../log/tail-cache.ts';
import type { Accounts } from '../memory/broker-accounts.ts';
import type { Cell } from './cell.ts';
import type { LogicalCluster } from './logical-cluster.ts';

/** What the broker does about a heap that is nearly full, and takes back when it is not. */
export class MemoryPressure {
  readonly #cell: Pick<Cell, 'accounts' | 'clusters'>;
  readonly #cache: TailCache;
  readonly #bytesMax: ReadonlyMap<keyof Accounts, number>;

  constructor(cell: Pick<Cell, 'accounts' | 'clusters'>, cache: TailCache) {
    this.#cell = cell;
    this.#cache = cache;
    this.#bytesMax = new Map(keysOf(cell.accounts).map((kind) => [kind, cell.accounts[kind].bytesMax]));
  }

  /**
   * Lets go of what clients can have again, takes no more than is kept already (each cluster's floor stays
   * while it is not critical), and stops reading from the cluster that keeps most.
   */
  begin(isCritical: boolean): void {
    const { accounts, clusters } = this.#cell;
    for (const cluster of clusters.values()) cluster.fetchSessions.clear();
    this.#cache.clear();
    for (const kind of keysOf(accounts)) {
      accounts[kind].bytesMax = Math.min(accounts[kind].bytesMax, accounts[kind].bytes);
      accounts[kind].hasNoFloors = isCritical;
    }
    let largest: LogicalCluster | null = null;
    for (const cluster of clusters.values()) {
      if (largest === null || cluster.keptBytes > largest.keptBytes) largest = cluster;
    }
    if (largest === null) return;
    largest.isHeldBack = true;
    largest.reachedLimits.reached('brokerMemoryMax');
  }

  end(): void {
    const { accounts, clusters } = this.#cell;
    for (const [kind, bytesMax] of this.#bytesMax) {
      accounts[kind].bytesMax = bytesMax;
      accounts[kind].hasNoFloors = false;
    }
    for (const cluster of clusters.values()) {
      if (!cluster.isHeldBack) continue;
      cluster.isHeldBack = false;
      cluster.whenReleased.forEach((resume) => {
        resume();
      });
      cluster.whenReleased.clear();
    }
  }
}

function keysOf(accounts: Accounts): (keyof Accounts)[] {
  // An interface's keys are all that the object has: it is made in one place.
  return Object.keys(accounts) as (keyof Accounts)[];
}
