import { PricedMeter } from '@weir/contracts/billing';
import type { ControlDb, ControlTx } from '@weir/db/control';

/** A window whose transaction was under way at the last look shows later: they last five seconds at most. */
const lateCommitMs = 15_000;
const hourMs = 3_600_000;

export interface DueHour {
  readonly hour: Date;
  readonly clusterIds: readonly string[];
}

export interface DueHours {
  readonly hours: readonly DueHour[];
  /** Once these are rolled up, windows received before then are in the hours. By the store's clock. */
  readonly through: Date;
}

/** Hours of windows that came since the last look, oldest first, with the clusters that used something in them. */
export const findDueHours = async (db: ControlDb): Promise<DueHours> => {
  const [row] = await db.$queryRaw<[{ now: Date; through: Date | null }]>`
    SELECT now() AS now, (SELECT through FROM usage_hours_through WHERE id = 1) AS through`;
  const since = new Date(row.through === null ? 0 : row.through.getTime() - lateCommitMs);
  const hours = await db.$queryRaw<DueHour[]>`
    SELECT date_trunc('hour', w.window_start, 'UTC') AS hour, array_agg(DISTINCT l.cluster_id) AS "clusterIds"
      FROM usage_windows w
      JOIN usage_ledger l ON l.broker_id = w.broker_id AND l.boot_epoch = w.boot_epoch AND l.window_start = w.window_start
     WHERE w.received_at >= ${since} GROUP BY 1 ORDER BY 1`;
  return { hours, through: row.now };
};

/** Nothing before then is looked at again. A slower look that began earlier takes nothing back. */
export const setRolledUpThrough = async (db: ControlDb, through: Date): Promise<void> => {
  await db.$executeRaw`
    INSERT INTO usage_hours_through AS row (id, through) VALUES (1, ${through})
    ON CONFLICT (id) DO UPDATE SET through = EXCLUDED.through WHERE row.through < EXCLUDED.through`;
};

/** Every window is looked at again, with the next look. */
export const forgetRolledUp = async (db: ControlTx): Promise<void> => {
  await db.$executeRaw`DELETE FROM usage_hours_through`;
};

/**
 * Derives one hour of some clusters from its minutes again, whoever else does so. A minute counts for the kind that its
 * cluster was when the minute began, or for the first that it ever was.
 */
export const rollUpHour = (db: ControlDb, { clusterIds, hour }: DueHour): Promise<void> =>
  db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`hour ${hour.toISOString()}`}, 2))`;
      const ids = [...clusterIds];
      await tx.$executeRaw`DELETE FROM usage_hours WHERE cluster_id = ANY (${ids}) AND hour = ${hour}`;
      await tx.$executeRaw`DELETE FROM usage_cluster_hours WHERE cluster_id = ANY (${ids}) AND hour = ${hour}`;
      const end = new Date(hour.getTime() + hourMs);
      await tx.$executeRaw`
        INSERT INTO usage_hours (cluster_id, hour, kind, meter, topic, principal, key_id, quantity)
        SELECT m.cluster_id, ${hour}::timestamptz, term.kind, m.meter, m.topic, m.principal, m.key_id, sum(m.quantity)
          FROM usage_minutes m
         CROSS JOIN LATERAL (
           SELECT kind FROM cluster_terms t
            WHERE t.cluster_id = m.cluster_id AND t.kind <> ''
            ORDER BY t.at <= m.minute DESC, CASE WHEN t.at <= m.minute THEN t.at END DESC, t.at, t.id DESC
            LIMIT 1
         ) AS term
         WHERE m.cluster_id = ANY (${ids}) AND m.minute >= ${hour} AND m.minute < ${end}
           AND m.meter = ANY (${[...PricedMeter.options]})
         GROUP BY 1, 2, 3, 4, 5, 6, 7`;
      await tx.$executeRaw`
        INSERT INTO usage_cluster_hours (cluster_id, hour, kind, meter, quantity)
        SELECT cluster_id, hour, kind, meter, sum(quantity) FROM usage_hours
         WHERE cluster_id = ANY (${ids}) AND hour = ${hour}
         GROUP BY 1, 2, 3, 4`;
    },
    { timeout: rollUpMsMax },
  );

const rollUpMsMax = 60_000;
