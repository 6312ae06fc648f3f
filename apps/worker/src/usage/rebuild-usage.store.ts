import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';
import { minutesOfLedger } from './compare-usage.store.ts';
import { dayMs, kindOf, lockIntake } from './usage.store.ts';

const rebuildMsMax = 300_000;
const hourMs = 3_600_000;

/** Derives all of one day from its ledger again, while no window is taken in. Nothing happens to a day that is sealed. */
export const rebuildDay = (db: ControlDb, day: Date): Promise<void> =>
  db.$transaction(
    async (tx) => {
      await lockIntake(tx);
      if ((await tx.usageSealed.count({ where: { grain: 'day', since: day } })) > 0) return;
      const end = new Date(day.getTime() + dayMs);
      const within = { gte: day, lt: end };
      await tx.usageMinute.deleteMany({ where: { minute: within } });
      await tx.usageHour.deleteMany({ where: { hour: within } });
      await tx.usageClusterHour.deleteMany({ where: { hour: within } });
      await tx.usageDay.deleteMany({ where: { day } });
      // An hour at a time, so that no statement is a long one.
      for (let ms = day.getTime(); ms < end.getTime(); ms += hourMs) await rebuildHour(tx, new Date(ms));
      await tx.$executeRaw`
        INSERT INTO usage_days (cluster_id, day, kind, meter, topic, principal, key_id, quantity)
        SELECT cluster_id, ${day}::timestamptz, kind, meter, topic, principal, key_id, sum(quantity) FROM usage_hours
         WHERE hour >= ${day} AND hour < ${end} GROUP BY 1, 3, 4, 5, 6, 7`;
    },
    { timeout: rebuildMsMax },
  );

/** Days that are to be derived again, oldest first. */
export const findAsked = async (db: ControlDb): Promise<readonly Date[]> =>
  (await db.usageRebuild.findMany({ orderBy: { day: 'asc' } })).map(({ day }) => day);

export const forgetAsked = async (db: ControlDb, day: Date): Promise<void> => {
  await db.usageRebuild.deleteMany({ where: { day } });
};

const rebuildHour = async (tx: ControlTx, hour: Date): Promise<void> => {
  const end = new Date(hour.getTime() + hourMs);
  const kinds = Prisma.sql`(
    SELECT cluster_id, minute, coalesce(term.kind, '') AS kind
      FROM (SELECT DISTINCT cluster_id, minute FROM usage_minutes WHERE minute >= ${hour} AND minute < ${end}) AS m
      LEFT JOIN LATERAL ${kindOf} AS term ON true)`;
  await tx.$executeRaw`
    INSERT INTO usage_minutes (cluster_id, minute, principal, key_id, topic, meter, quantity)
    ${minutesOfLedger(hour, end)}`;
  await tx.$executeRaw`
    INSERT INTO usage_hours (cluster_id, hour, kind, meter, topic, principal, key_id, quantity)
    SELECT m.cluster_id, ${hour}::timestamptz, k.kind, m.meter, m.topic, m.principal, m.key_id, sum(m.quantity)
      FROM usage_minutes m JOIN ${kinds} AS k USING (cluster_id, minute)
     WHERE m.minute >= ${hour} AND m.minute < ${end} AND m.meter NOT LIKE '%\\_peak' GROUP BY 1, 3, 4, 5, 6, 7`;
  await tx.$executeRaw`
    INSERT INTO usage_cluster_hours (cluster_id, hour, kind, meter, quantity)
    SELECT cluster_id, ${hour}::timestamptz, kind, meter,
           CASE WHEN meter LIKE '%\\_peak' THEN max(quantity) ELSE sum(quantity) END
      FROM (SELECT m.cluster_id, m.minute, k.kind, m.meter, sum(m.quantity) AS quantity
              FROM usage_minutes m JOIN ${kinds} AS k USING (cluster_id, minute)
             WHERE m.minute >= ${hour} AND m.minute < ${end} GROUP BY 1, 2, 3, 4) AS by_minute
     GROUP BY 1, 3, 4`;
};
