import { shareOut } from '@weir/billing/money';
import { hourlyCostOfCluster } from '@weir/billing/monthly-cost';
import type { Terms } from '@weir/billing/price-book';
import { priceOfNext } from '@weir/billing/price-of-next';
import { coversCluster, type Spending, type Spent } from '@weir/costs/read-spending';
import type { BudgetPrice, BudgetRecord } from '@weir/metadata-store/restraints';
import { principalOf } from './key-intent.ts';

/** A limit that brokers are to hold. */
export interface HeldLimit {
  readonly id: string;
  readonly displayName: string;
  readonly scopeKind: string;
  readonly scopeId: string;
  readonly period: 'HOUR' | 'DAY' | 'MONTH';
  readonly micros: bigint;
  readonly action: 'NOTIFY' | 'THROTTLE' | 'READ_ONLY';
}

/** Where brokers are told of it. */
export interface ToldCluster {
  readonly clusterId: string;
  readonly environmentId: string;
  readonly cellId: string;
  readonly kind: string;
  readonly units: number | null;
  /** `CLOUD.region`. */
  readonly region: string;
}

export interface PlanFacts {
  readonly terms: Terms;
  readonly spending: Spending;
  readonly clusters: readonly ToldCluster[];
  /** By broker: windows that ended by then are in the ledger, and in what was spent. */
  readonly countedUntilMs: Readonly<Record<string, number>>;
}

/** What a limit leaves, for each cluster that it covers, by its id. Pure. */
export const planBudgets = (
  { action, ...limit }: HeldLimit,
  spent: Spent,
  facts: PlanFacts,
): ReadonlyMap<string, BudgetRecord> => {
  if (action === 'NOTIFY') return new Map();
  const covered = facts.clusters.filter((cluster) => coversCluster(limit, cluster));
  if (covered.length === 0) return new Map();
  const cells = [...new Set(covered.map(({ cellId }) => cellId))].toSorted();
  const left = limit.micros - spent.micros;
  const parts = cellParts(left, cells, covered, spent);
  const perHour = perHourOf(cells, covered, spent, facts.terms);
  return new Map(
    covered.map((cluster) => {
      const at = cells.indexOf(cluster.cellId);
      const record: BudgetRecord = {
        limitId: limit.id,
        client: clientOf(limit),
        action: action === 'THROTTLE' ? 'throttle' : 'read-only',
        message: `The spend limit ${limit.id} is used up. Raise it to go on before its next ${limit.period.toLowerCase()} begins.`,
        leftMicros: clamped(parts[at] ?? 0n),
        asOfMs: facts.spending.nowMs,
        // Nobody counts what passes by itself as a client's.
        microsPerHour: clientOf(limit) === null ? clamped(perHour[at] ?? 0n) : 0,
        fromMs: spent.fromMs,
        countedUntilMs: facts.countedUntilMs,
        price: priceIn(cluster, facts),
      };
      return [cluster.clusterId, record];
    }),
  );
};

/** What passes by itself in each cell: the time of its clusters, and a part of what is kept in all of them. */
const perHourOf = (
  cells: readonly string[],
  covered: readonly ToldCluster[],
  { keptPerHour }: Spent,
  terms: Terms,
): readonly bigint[] => {
  const kept = shareOut(
    keptPerHour,
    cells.map(() => 1n),
  );
  return cells.map((cellId, at) =>
    covered
      .filter((cluster) => cluster.cellId === cellId)
      .reduce((sum, cluster) => sum + hourlyCostOfCluster(terms, cluster), kept[at] ?? 0n),
  );
};

const clientOf = ({ scopeId, scopeKind }: Omit<HeldLimit, 'action'>): string | null => {
  if (scopeKind === 'service-account') return principalOf(scopeId);
  return scopeKind === 'api-key' ? `Key:${scopeId}` : null;
};

/** Cells do not hear of each other: what is left is divided by where it is spent lately, and all of them have some. */
const cellParts = (
  left: bigint,
  cells: readonly string[],
  covered: readonly ToldCluster[],
  { recent }: Spent,
): readonly bigint[] => {
  if (left <= 0n) return cells.map(() => left);
  const used = cells.map((cellId) =>
    covered
      .filter((cluster) => cluster.cellId === cellId)
      .reduce((sum, { clusterId }) => sum + (recent.get(clusterId) ?? 0n), 0n),
  );
  const total = used.reduce((sum, each) => sum + each, 0n);
  const atLeast = total / (10n * BigInt(Math.max(cells.length, 1))) + 1n;
  return shareOut(
    left,
    used.map((each) => each + atLeast),
  );
};

/** Free bytes that clusters of a kind share are divided evenly: nobody has more than there are. */
const priceIn = (
  { kind, region }: ToldCluster,
  { clusters, spending: { parts }, terms }: PlanFacts,
): BudgetPrice => {
  const sharing = clusters.filter((other) => other.kind === kind && other.region === region).length;
  const next = (meter: 'bytes_in' | 'bytes_out') => {
    const used = parts
      .filter((part) => part.meter === meter && part.kind === kind && part.region === region)
      .reduce((sum, { quantity }) => sum + quantity, 0n);
    const { freeBytes, microsPerGibibyte } = priceOfNext(terms, kind, meter, region, used);
    return { micros: clamped(microsPerGibibyte), free: clamped(freeBytes / BigInt(Math.max(sharing, 1))) };
  };
  const [ingress, egress] = [next('bytes_in'), next('bytes_out')];
  return {
    ingressMicros: ingress.micros,
    egressMicros: egress.micros,
    freeIngressBytes: ingress.free,
    freeEgressBytes: egress.free,
  };
};

/** More than a number holds is as good as what it holds. */
const clamped = (value: bigint): number => {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
};
