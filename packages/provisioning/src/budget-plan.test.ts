import { periodOf } from '@weir/billing/period';
import { bookOf } from '@weir/billing/price-books';
import type { Spending, Spent } from '@weir/costs/read-spending';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type HeldLimit, planBudgets, type ToldCluster } from './budget-plan.ts';

const nowMs = Date.parse('2026-11-10T10:30:00Z');
const period = periodOf(nowMs);
const terms = { book: bookOf(period), discountBasisPoints: 0n };

const clusterIn = (cellId: string, at: number): ToldCluster => ({
  ...{ clusterId: `lkc-${cellId}-${at}`, environmentId: at % 2 === 0 ? 'env-even' : 'env-odd', cellId },
  ...{ kind: 'Standard', units: null, region: 'LOCAL.local' },
});
const limitOf = (micros: bigint, change: Partial<HeldLimit> = {}): HeldLimit => ({
  ...{ id: 'sl-1', displayName: 'l', scopeKind: 'organization', scopeId: 'o', period: 'MONTH' },
  ...{ micros, action: 'READ_ONLY', ...change },
});
const plan = (limit: HeldLimit, spent: Partial<Spent>, clusters: readonly ToldCluster[]) => {
  const spending: Spending = { nowMs, clusters: [], parts: [] };
  const all: Spent = { fromMs: period.fromMs, micros: 0n, recent: new Map(), keptPerHour: 0n, ...spent };
  return planBudgets(limit, all, { terms, spending, clusters, countedUntilMs: { 1: nowMs } });
};
/** What each cell was told is left, which all of its clusters share. */
const leftOf = (told: ReturnType<typeof plan>, clusters: readonly ToldCluster[]) => {
  const cells = new Map<string, Set<number>>();
  for (const { cellId, clusterId } of clusters) {
    const left = told.get(clusterId)?.leftMicros;
    if (left !== undefined) cells.set(cellId, (cells.get(cellId) ?? new Set()).add(left));
  }
  return new Map([...cells].map(([cellId, lefts]) => [cellId, [...lefts]]));
};

const anyClusters = fc
  .array(fc.constantFrom('cell-a', 'cell-b', 'cell-c'), { minLength: 1, maxLength: 12 })
  .map((cells) => cells.map(clusterIn));

it('cells together are left exactly what a limit leaves, each cluster of a cell the same, and none nothing', () => {
  fc.assert(
    fc.property(
      anyClusters,
      fc.bigInt({ min: 1_000n, max: 10n ** 12n }),
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 12, maxLength: 12 }),
      (clusters, left, spends) => {
        const recent = new Map(clusters.map(({ clusterId }, at) => [clusterId, spends[at] ?? 0n]));
        const told = plan(limitOf(left + 7n), { micros: 7n, recent }, clusters);
        const lefts = [...leftOf(told, clusters).values()];
        expect(lefts.every((each) => each.length === 1)).toBe(true);
        expect(lefts.flat().reduce((sum, each) => sum + BigInt(each), 0n)).toBe(left);
        expect(lefts.flat().every((each) => each > 0)).toBe(true);
      },
    ),
  );
});

it('most goes to the cell in which it is spent', () => {
  const clusters = [clusterIn('cell-a', 0), clusterIn('cell-b', 0)];
  const recent = new Map([['lkc-cell-b-0', 9_000_000n]]);
  const told = leftOf(plan(limitOf(1_000_000n), { recent }, clusters), clusters);
  expect(told.get('cell-b')?.[0]).toBeGreaterThan(900_000);
  expect(told.get('cell-a')?.[0]).toBeGreaterThan(0);
});

it('where a limit is used up nothing is left to any cell, whatever was spent where', () => {
  fc.assert(
    fc.property(anyClusters, fc.bigInt({ min: 0n, max: 10n ** 9n }), (clusters, over) => {
      const told = plan(limitOf(500n), { micros: 500n + over }, clusters);
      for (const { leftMicros } of told.values()) expect(leftMicros).toBeLessThanOrEqual(0);
      expect(told.size).toBe(clusters.length);
    }),
  );
});

it('a cluster outside of what a limit covers is told nothing of it, nor anybody of one that only tells', () => {
  const clusters = [clusterIn('cell-a', 0), clusterIn('cell-a', 1), clusterIn('cell-b', 2)];
  const even = plan(limitOf(10n, { scopeKind: 'environment', scopeId: 'env-even' }), {}, clusters);
  expect([...even.keys()]).toEqual(['lkc-cell-a-0', 'lkc-cell-b-2']);
  const one = plan(limitOf(10n, { scopeKind: 'cluster', scopeId: 'lkc-cell-a-1' }), {}, clusters);
  expect([...one.values()]).toMatchObject([{ leftMicros: 10 }]);
  expect(plan(limitOf(10n, { action: 'NOTIFY' }), {}, clusters).size).toBe(0);
});

it('a limit of a client holds in every cell, and time that passes is not his', () => {
  const clusters = [clusterIn('cell-a', 0), clusterIn('cell-b', 0)];
  const told = plan(
    limitOf(10n, { scopeKind: 'service-account', scopeId: 'sa-1' }),
    { keptPerHour: 90n },
    clusters,
  );
  for (const budget of told.values()) expect(budget).toMatchObject({ client: 'User:sa-1', microsPerHour: 0 });
  const all = plan(limitOf(10n), { keptPerHour: 91n }, clusters);
  const [a = 0, b = 0] = [...all.values()].map(({ microsPerHour }) => microsPerHour);
  const idle = [...plan(limitOf(10n), {}, clusters).values()].map(({ microsPerHour }) => microsPerHour);
  expect(a + b - idle.reduce((sum, each) => sum + each, 0)).toBe(91);
});
