import type { SpendScope } from '@weir/contracts/spend-scope';
import type { ControlDb, ControlTx } from '@weir/db/control';

/** When the last window of usage came; null: none did in the last day. Windows show in the order in which they came. */
export const lastCounted = async (db: ControlDb): Promise<Date | null> => {
  const rows = await db.$queryRaw<{ last: Date | null }[]>`
    SELECT max(received_at) AS last FROM usage_windows WHERE received_at > now() - interval '1 day'`;
  return rows[0]?.last ?? null;
};

export interface DueNotice {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: SpendScope;
  readonly action: string;
  readonly period: string;
  readonly currency: string;
  readonly micros: bigint;
  readonly spentMicros: bigint;
  readonly spentFrom: Date;
  /** The highest threshold that was passed. */
  readonly percent: number;
}

/** Limits of which people have not been told that they passed a threshold, or the limit itself, in the running period. */
export const findDueNotices = (db: ControlDb, limit: number): Promise<readonly DueNotice[]> => db.$queryRaw<
  DueNotice[]
>`
  SELECT l.id, l.organization_id::text AS "organizationId", l.action,
         json_build_object('kind', l.scope_kind, 'id', l.scope_id) AS scope, l.period, l.currency, l.micros,
         l.spent_micros AS "spentMicros", l.spent_from AS "spentFrom", passed.percent
    FROM spend_limits l
   CROSS JOIN LATERAL (
     SELECT max(percent) AS percent FROM unnest(l.thresholds || 100) AS percent
      WHERE l.spent_micros * 100 >= l.micros * percent) AS passed
   WHERE l.spent_from IS NOT NULL AND passed.percent IS NOT NULL
     AND (l.told_from IS DISTINCT FROM l.spent_from OR l.told_percent < passed.percent)
   ORDER BY l.id LIMIT ${limit}`;

/** Takes the notice for this transaction; false: somebody else has it. */
export const takeNotice = async (tx: ControlTx, { id, percent, spentFrom }: DueNotice): Promise<boolean> => {
  const taken = await tx.$executeRaw`
    UPDATE spend_limits SET told_percent = ${percent}, told_from = ${spentFrom},
           is_told_reached = is_told_reached OR ${percent >= 100}
     WHERE id = ${id} AND (told_from IS DISTINCT FROM ${spentFrom} OR told_percent < ${percent})`;
  return taken > 0;
};

export interface LiftedLimit {
  readonly id: string;
  readonly organizationId: string;
}

/** Limits of which it was told that they are used up, and of which there is something left. */
export const findLifted = (db: ControlDb, limit: number): Promise<readonly LiftedLimit[]> =>
  db.$queryRaw<LiftedLimit[]>`
    SELECT id, organization_id::text AS "organizationId" FROM spend_limits
     WHERE is_told_reached AND spent_micros < micros ORDER BY id LIMIT ${limit}`;

/** False: somebody else tells it, or there is nothing left by now. */
export const takeLifted = async (tx: ControlTx, id: string): Promise<boolean> => {
  const taken = await tx.$executeRaw`
    UPDATE spend_limits SET is_told_reached = false
     WHERE id = ${id} AND is_told_reached AND spent_micros < micros`;
  return taken > 0;
};
