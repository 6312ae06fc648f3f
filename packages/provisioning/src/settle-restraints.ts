import { periodOf } from '@weir/billing/period';
import type { KnownDays } from '@weir/costs/known-days';
import { readRunning, spentIn } from '@weir/costs/read-spending';
import { readTerms } from '@weir/costs/terms.store';
import type { ControlTx } from '@weir/db/control';
import type { BudgetRecord, Stop } from '@weir/metadata-store/restraints';
import { planBudgets } from './budget-plan.ts';
import type { Cells } from './cells.ts';
import {
  countedUntil,
  lockRestraints,
  nextRestraintsVersion,
  noteSpent,
  readLimits,
  standingOf,
  toldClusters,
} from './restraints.store.ts';

export interface SettleDeps {
  readonly cells: Cells;
  readonly known: KnownDays;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Tells the cells of an organization's clusters what its limits leave, by what the ledger holds now. Whoever does it, and
 * however often: what is told is all there is, in versions that only grow. Throws TooMuchUsage.
 */
export const settleRestraints = async (
  { cells, known, now }: SettleDeps,
  tx: ControlTx,
  organizationId: string,
): Promise<void> => {
  await lockRestraints(tx, organizationId);
  const limits = await readLimits(tx, organizationId);
  // Before what was spent is read: what is in the ledger by then is in that as well.
  const countedUntilMs = await countedUntil(tx);
  const nowMs = now();
  const spending = await readRunning(tx, known, organizationId, limits, nowMs);
  const clusters = await toldClusters(tx, organizationId);
  const terms = await readTerms(tx, organizationId, periodOf(nowMs));
  const facts = { terms, spending, clusters, countedUntilMs };
  const budgets = new Map<string, BudgetRecord[]>(clusters.map(({ clusterId }) => [clusterId, []]));
  for (const limit of limits) {
    const spent = spentIn(spending, limit, limit.period);
    await noteSpent(tx, limit.id, { ...spent, atMs: nowMs });
    for (const [clusterId, budget] of planBudgets(limit, spent, facts)) budgets.get(clusterId)?.push(budget);
  }
  const stops = stopsOf(await standingOf(tx, organizationId));
  const version = await nextRestraintsVersion(tx, organizationId);
  for (const { cellId, clusterId } of clusters) {
    const restraints = { version, stops, budgets: budgets.get(clusterId) ?? [] };
    const told = await cells.store(cellId).applyRestraints(clusterId, restraints);
    if (!told.ok) throw new Error(`the cell refused what a cluster may spend: ${told.message}`);
  }
};

const stopsOf = (standing: string): readonly Stop[] =>
  standing === 'READ_ONLY' || standing === 'SUSPENDED'
    ? [
        {
          reason: 'unpaid',
          message: 'An invoice of this cluster’s organization is not paid: it is read-only until it is.',
        },
      ]
    : [];
