import type { ClusterRecord } from './model.ts';
import type { BrokerLifeId, Result } from './port.ts';

/** What paying has to do with a cluster. All of it is told at once, so that what is lifted of it leaves the rest. */
export interface Restraints {
  /** The control plane's; an older one never replaces a newer one. From 1. */
  readonly version: number;
  /** Why nobody may write, or make what costs; none: everybody may. */
  readonly stops: readonly Stop[];
  readonly budgets: readonly BudgetRecord[];
}

/** Clients read, commit, and delete, and nothing else. */
export interface Stop {
  /** As an operator reads it. */
  readonly reason: string;
  /** A sentence for whoever is refused. */
  readonly message: string;
}

/**
 * What a spend limit leaves to brokers, who count it down by themselves: by what clients write and read from what the
 * ledger did not hold yet, and by the time that passes. So it holds with everything away but the brokers. Clusters of a
 * cell that one limit covers are told of the same budget, and use it up together.
 */
export interface BudgetRecord {
  readonly limitId: string;
  /** `User:<id>`, or `Key:<id>`; null: all clients. */
  readonly client: string | null;
  readonly action: 'throttle' | 'read-only';
  /** A sentence for whoever is refused. */
  readonly message: string;
  /** Millionths of the currency, by what the ledger held; below 0 where the limit was passed. */
  readonly leftMicros: number;
  /** When that was so, milliseconds since the epoch. */
  readonly asOfMs: number;
  /** Of what costs by the hour, whether clients do anything or not. */
  readonly microsPerHour: number;
  /** Windows that ended by then belong to an earlier period. */
  readonly fromMs: number;
  /** By broker: windows that ended by then were in the ledger. */
  readonly countedUntilMs: Readonly<Record<string, number>>;
  /** In this cluster. */
  readonly price: BudgetPrice;
}

/** Whole numbers: micro-units a GiB, and the bytes that cost nothing before that. */
export interface BudgetPrice {
  readonly ingressMicros: number;
  readonly egressMicros: number;
  readonly freeIngressBytes: number;
  readonly freeEgressBytes: number;
}

/** What clients have used of a cluster in one window of a broker. */
export interface SpentWindow {
  readonly clusterId: string;
  /** As in the usage report; of several that were added up, the last one's. */
  readonly endMs: number;
  readonly ingressBytes: number;
  readonly egressBytes: number;
}

/** Of one limit: all that a life of a broker has counted, and that the ledger did not hold when it last heard of it. */
export interface Spent {
  readonly limitId: string;
  readonly windows: readonly SpentWindow[];
}

export interface SpentElsewhere extends Spent {
  readonly brokerId: number;
}

/** The part of the metadata store about them. */
export interface RestraintsStore {
  /** Replaces what paying has to do with a cluster. An older version is ignored. Readers are told with the cluster. */
  applyRestraints(clusterId: string, restraints: Restraints): Promise<Result<void, 'UNKNOWN_CLUSTER'>>;
  /**
   * What this life of a broker has counted of limits, in place of what it told of them before; nothing is kept of one
   * without windows. The answer is what all other lives have told of the same limits: of former ones too, since nobody
   * else knows what they counted last. What was told 40 days ago is forgotten. Makes no version, tells nobody, and waits
   * for no mutation. Throws RangeError for more than `toldLimitsMax` limits, or `toldWindowsMax` windows of one.
   */
  shareSpent(
    life: BrokerLifeId,
    told: readonly Spent[],
  ): Promise<Result<readonly SpentElsewhere[], 'STALE_BROKER_EPOCH'>>;
}

/** In one question. */
export const toldLimitsMax = 1_000;
/** Of one limit; a broker adds the oldest up. */
export const toldWindowsMax = 200;

/** Throws RangeError for more than can be told at once. */
export function checkSpent(told: readonly Spent[]): void {
  if (told.length > toldLimitsMax) throw new RangeError(`what was spent of ${told.length} limits at once`);
  for (const { limitId, windows } of told)
    if (windows.length > toldWindowsMax) throw new RangeError(`${windows.length} windows of ${limitId}`);
}

/** The cluster with its restraints as they are then; null: it has newer ones. */
export function restrain(cluster: ClusterRecord, restraints: Restraints): ClusterRecord | null {
  if ((cluster.restraints?.version ?? 0) >= restraints.version) return null;
  return { ...cluster, restraints };
}
