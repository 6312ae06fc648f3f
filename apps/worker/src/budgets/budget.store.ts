import type { SpendScope } from '@weir/contracts/spend-scope';
import type { ControlDb, ControlTx } from '@weir/db/control';

/** Organizations with budgets that are to be looked at, those first that have waited longest. */
export const findDueOrganizations = async (
  db: ControlDb,
  now: number,
  limit: number,
): Promise<readonly string[]> => {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT organization_id::text AS id FROM budgets WHERE due_at <= ${new Date(now)}
     GROUP BY organization_id ORDER BY min(due_at) LIMIT ${limit}`;
  return rows.map(({ id }) => id);
};

/** All of an organization's budgets are due next then: of several workers one looks. False: somebody else has. */
export const takeBudgets = async (
  db: ControlDb,
  organizationId: string,
  now: number,
  nextMs: number,
): Promise<boolean> => {
  const due = { organizationId, dueAt: { lte: new Date(now) } };
  if ((await db.budget.updateMany({ where: due, data: { dueAt: new Date(nextMs) } })).count === 0)
    return false;
  await db.budget.updateMany({ where: { organizationId }, data: { dueAt: new Date(nextMs) } });
  return true;
};

export interface HeldBudget {
  readonly id: string;
  readonly scopeKind: string;
  readonly scopeId: string;
}

export const readBudgets = (tx: ControlTx, organizationId: string): Promise<readonly HeldBudget[]> =>
  tx.budget.findMany({
    where: { organizationId },
    orderBy: { id: 'asc' },
    select: { id: true, scopeKind: true, scopeId: true },
  });

export const noteExpected = async (
  tx: ControlTx,
  id: string,
  found: {
    readonly fromMs: number;
    readonly atMs: number;
    readonly spentMicros: bigint;
    readonly forecastMicros: bigint | null;
  },
): Promise<void> => {
  const { atMs, forecastMicros, fromMs, spentMicros } = found;
  // By hand, so that a look is no change of the budget. Who looked earlier, and comes later, knows less.
  await tx.$executeRaw`
    UPDATE budgets SET spent_micros = ${spentMicros}, forecast_micros = ${forecastMicros},
           spent_from = ${new Date(fromMs)}, spent_at = ${new Date(atMs)}
     WHERE id = ${id} AND (spent_at IS NULL OR spent_at <= ${new Date(atMs)})`;
};

export interface DueBudgetNotice {
  readonly id: string;
  readonly scope: SpendScope;
  readonly currency: string;
  readonly micros: bigint;
  readonly spentMicros: bigint;
  readonly forecastMicros: bigint | null;
  readonly spentFrom: Date;
  /** The highest threshold that was passed and nobody was told of, of each kind; 0: none. */
  readonly percent: number;
  readonly forecastPercent: number;
}

/** Budgets of an organization of which people have not been told that a threshold was passed, in the running month. */
export const findDueBudgetNotices = (
  tx: ControlTx,
  organizationId: string,
): Promise<readonly DueBudgetNotice[]> =>
  tx.$queryRaw<DueBudgetNotice[]>`
    WITH passed AS (
      SELECT b.id, b.scope_kind, b.scope_id, b.currency, b.micros, b.spent_micros, b.forecast_micros, b.spent_from,
             (b.told_from IS NOT DISTINCT FROM b.spent_from) AS is_told, b.told_percent, b.told_forecast_percent,
             COALESCE((SELECT max(t) FROM unnest(b.thresholds) AS t
                        WHERE b.spent_micros::numeric * 100 >= b.micros::numeric * t), 0) AS percent,
             COALESCE((SELECT max(t) FROM unnest(b.forecast_thresholds) AS t
                        WHERE b.forecast_micros::numeric * 100 >= b.micros::numeric * t), 0) AS forecast_percent
        FROM budgets b WHERE b.organization_id = ${organizationId}::uuid AND b.spent_from IS NOT NULL),
    due AS (
      SELECT *, CASE WHEN is_told AND told_percent >= percent THEN 0 ELSE percent END AS untold,
             CASE WHEN is_told AND told_forecast_percent >= forecast_percent THEN 0 ELSE forecast_percent END
               AS forecast_untold
        FROM passed)
    SELECT id, json_build_object('kind', scope_kind, 'id', scope_id) AS scope,
           currency, micros, spent_micros AS "spentMicros",
           forecast_micros AS "forecastMicros", spent_from AS "spentFrom", untold AS percent,
           forecast_untold AS "forecastPercent"
      FROM due WHERE untold > 0 OR forecast_untold > 0
     ORDER BY id`;

/** Takes the notice for this transaction; false: somebody else has it, or the budget is another by now. */
export const takeBudgetNotice = async (
  tx: ControlTx,
  { forecastPercent, id, micros, percent, spentFrom }: DueBudgetNotice,
): Promise<boolean> => {
  const taken = await tx.$executeRaw`
    UPDATE budgets
       SET told_percent = GREATEST(${percent}, CASE WHEN told_from = ${spentFrom} THEN told_percent ELSE 0 END),
           told_forecast_percent =
             GREATEST(${forecastPercent}, CASE WHEN told_from = ${spentFrom} THEN told_forecast_percent ELSE 0 END),
           told_from = ${spentFrom}
     WHERE id = ${id} AND micros = ${micros} AND spent_from = ${spentFrom}
       AND (told_from IS DISTINCT FROM ${spentFrom}
            OR told_percent < ${percent} OR told_forecast_percent < ${forecastPercent})`;
  return taken > 0;
};
