import type { QuotaDirection } from '@weir/metadata-store/client-quotas';
import type { Restraints, SpentElsewhere, Stop } from '@weir/metadata-store/restraints';
import type { Clock } from '../deps.ts';
import { Budget } from './budget.ts';
import type { QuotaClient } from './client-quotas.ts';

type BudgetsClock = Pick<Clock, 'now' | 'monotonicMs'>;

/** What limits on spending leave to the clusters of a broker. A budget is shared by all clusters that its limit covers. */
export class Budgets {
  readonly #clock: BudgetsClock;
  readonly #brokerId: number;
  readonly #byLimit = new Map<string, Budget>();

  constructor(clock: BudgetsClock, brokerId: number) {
    this.#clock = clock;
    this.#brokerId = brokerId;
  }

  /** Of a cluster that is new here, and is told of none yet. */
  ofCluster(clusterId: string): ClusterBudgets {
    return new ClusterBudgets(clusterId, this.#clock, (before, restraints) =>
      this.#apply(clusterId, before, restraints),
    );
  }

  /** Of which the others are to be told, or to be heard. */
  open(): readonly Budget[] {
    return [...this.#byLimit.values()].filter(({ hasHeard, isNews }) => isNews || !hasHeard);
  }

  heard(limitId: string, others: readonly SpentElsewhere[]): void {
    const windows = others
      .filter((other) => other.limitId === limitId)
      .flatMap(({ brokerId, windows: told }) => told.map((window) => ({ ...window, brokerId })));
    this.#byLimit.get(limitId)?.heard(windows);
  }

  #apply(clusterId: string, before: readonly Budget[], { budgets, version }: Restraints): readonly Budget[] {
    const applied = budgets.map((record) => {
      const { limitId } = record;
      const budget = this.#byLimit.get(limitId) ?? new Budget(record, version, this.#clock.monotonicMs());
      this.#byLimit.set(limitId, budget);
      budget.apply(clusterId, record, version, this.#brokerId);
      return budget;
    });
    for (const budget of before) {
      if (applied.includes(budget)) continue;
      budget.leave(clusterId);
      if (budget.isUnused) this.#byLimit.delete(budget.record.limitId);
    }
    return applied;
  }
}

type Share = (before: readonly Budget[], restraints: Restraints) => readonly Budget[];

const nothing: Restraints = { version: 0, stops: [], budgets: [] };

/** What paying has to do with one cluster on this broker. */
export class ClusterBudgets {
  readonly #clusterId: string;
  readonly #clock: BudgetsClock;
  readonly #share: Share;
  #restraints = nothing;
  #budgets: readonly Budget[] = [];

  constructor(clusterId: string, clock: BudgetsClock, share: Share) {
    this.#clusterId = clusterId;
    this.#clock = clock;
    this.#share = share;
  }

  apply(restraints: Restraints = nothing): void {
    if (restraints === this.#restraints) return;
    this.#budgets = this.#share(this.#budgets, restraints);
    this.#restraints = restraints;
  }

  /** Why the client may not write, or make what costs; null: it may. */
  stopOf(client: QuotaClient): Pick<Stop, 'message'> | null {
    const [stop] = this.#restraints.stops;
    if (stop !== undefined) return stop;
    if (this.#budgets.length === 0) return null;
    const nowMs = this.#clock.now();
    for (const budget of this.#budgets) {
      const { action } = budget.record;
      if (action === 'read-only' && concerns(budget, client) && budget.leftMicros(nowMs) <= 0)
        return budget.record;
    }
    return null;
  }

  /** For how long a client is to wait after what it sent or read, milliseconds. */
  delayMs(direction: QuotaDirection, client: QuotaClient, bytes: number): number {
    let delayMs = 0;
    for (const budget of this.#slowing(client))
      delayMs = Math.max(delayMs, budget.delayMs(direction, bytes, this.#clock.monotonicMs()));
    return delayMs;
  }

  /** Whether nothing more is to be taken of a client until it has waited. */
  isOverdrawn(direction: QuotaDirection, client: QuotaClient): boolean {
    return this.#slowing(client).some((budget) => budget.isOverdrawn(direction, this.#clock.monotonicMs()));
  }

  /** Those that are used up, and slow the client down. */
  #slowing(client: QuotaClient): readonly Budget[] {
    if (this.#budgets.length === 0) return noBudgets;
    const nowMs = this.#clock.now();
    return this.#budgets.filter(
      (budget) =>
        budget.record.action === 'throttle' && concerns(budget, client) && budget.leftMicros(nowMs) <= 0,
    );
  }

  /** What is billed of a client, in the window of usage that ends then. */
  charge(direction: QuotaDirection, client: QuotaClient, bytes: number, windowEndMs: number): void {
    for (const budget of this.#budgets)
      if (concerns(budget, client)) budget.charge(this.#clusterId, direction, bytes, windowEndMs);
  }
}

const noBudgets: readonly Budget[] = [];

const concerns = ({ record }: Budget, { keyId, principal }: QuotaClient): boolean =>
  record.client === null || record.client === principal || record.client === `Key:${keyId}`;
