import type { BrokerLifeId, MetadataStore } from '@weir/metadata-store/port';
import { toldLimitsMax } from '@weir/metadata-store/restraints';
import { shareSpentEveryMs, sharesKeptMs } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import type { Budgets } from '../quota/budgets.ts';

export interface SpentSharingDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'> & { readonly metadata: Pick<MetadataStore, 'shareSpent'> };
  /** This life of the broker; null while it has none. */
  life(): BrokerLifeId | null;
  /** How many brokers use budgets up, this one among them. */
  brokers(): number;
  readonly budgets: Budgets;
}

/**
 * Brokers of a cell use one budget up together: each tells the store every second what it has counted that the ledger did
 * not hold, and hears what the others, and its own former lives, have. Where nobody spends anything nobody asks. While the
 * store is away each broker has an even part of what was left.
 */
export class SpentSharing {
  readonly #deps: SpentSharingDeps;
  #timer: Timer | null = null;
  #isStopped = false;
  #failedSinceMs: number | null = null;

  constructor(deps: SpentSharingDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = this.#deps.deps.clock.after(shareSpentEveryMs, () => {
      void this.#share().finally(() => {
        if (!this.#isStopped) this.start();
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #share(): Promise<void> {
    const { brokers, budgets, deps, life } = this.#deps;
    const open = budgets.open().slice(0, toldLimitsMax);
    const own = life();
    if (open.length === 0 || own === null) return;
    const told = open.map((budget) => budget.told());
    for (const budget of open) budget.isNews = false;
    try {
      const answered = await deps.metadata.shareSpent(own, told);
      // Another broker has taken the id: its life says so, and ends this one.
      if (!answered.ok) return;
      for (const { limitId } of told) budgets.heard(limitId, answered.value);
      this.#failedSinceMs = null;
    } catch (cause) {
      const nowMs = deps.clock.monotonicMs();
      if (this.#failedSinceMs === null) deps.log.warn('spent.not-shared', {}, cause);
      this.#failedSinceMs ??= nowMs;
      for (const budget of open) {
        budget.isNews = true;
        if (nowMs - this.#failedSinceMs >= sharesKeptMs) budget.setApart(brokers(), deps.clock.now());
      }
    }
  }
}
