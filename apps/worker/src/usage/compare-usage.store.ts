import { type ControlTx, Prisma } from '@weir/db/control';

const hourMs = 3_600_000;

/** How many rows of one question differ from those of another. */
const differing = async (db: ControlTx, one: Prisma.Sql, other: Prisma.Sql): Promise<number> => {
  const [row] = await db.$queryRaw<[{ count: bigint }]>`
    WITH one AS (${one}), other AS (${other})
    SELECT count(*) AS count FROM (
      (SELECT * FROM one EXCEPT ALL SELECT * FROM other) UNION ALL (SELECT * FROM other EXCEPT ALL SELECT * FROM one)
    ) AS differences`;
  return Number(row.count);
};

/** Minutes of the ledger, as they are derived. */
export const minutesOfLedger = (from: Date, to: Date): Prisma.Sql => Prisma.sql`
  SELECT cluster_id, minute, principal, key_id, topic, meter, sum(quantity)::bigint AS quantity FROM (
    SELECT cluster_id, date_trunc('minute', window_start, 'UTC') AS minute, principal, key_id, topic, meter,
           CASE WHEN meter LIKE '%\\_peak' THEN max(quantity) ELSE sum(quantity) END AS quantity
      FROM usage_ledger
     WHERE window_start >= ${from} AND window_start < ${to}
     GROUP BY 1, 2, 3, 4, 5, 6, broker_id
  ) AS by_broker
  GROUP BY 1, 2, 3, 4, 5, 6`;

/** How many rows that are derived of one hour of the ledger are not what the ledger says. */
export const differencesOfHour = async (db: ControlTx, hour: Date): Promise<number> => {
  const end = new Date(hour.getTime() + hourMs);
  const minutes = await differing(
    db,
    minutesOfLedger(hour, end),
    Prisma.sql`
      SELECT cluster_id, minute, principal, key_id, topic, meter, quantity FROM usage_minutes
       WHERE minute >= ${hour} AND minute < ${end}`,
  );
  const hours = await differing(
    db,
    Prisma.sql`
      SELECT cluster_id, meter, topic, principal, key_id, sum(quantity)::bigint FROM usage_ledger
       WHERE window_start >= ${hour} AND window_start < ${end} AND meter NOT LIKE '%\\_peak' GROUP BY 1, 2, 3, 4, 5`,
    Prisma.sql`
      SELECT cluster_id, meter, topic, principal, key_id, sum(quantity)::bigint FROM usage_hours
       WHERE hour = ${hour} GROUP BY 1, 2, 3, 4, 5`,
  );
  const kinds = await differing(
    db,
    Prisma.sql`
      SELECT cluster_id, kind, meter, sum(quantity)::bigint FROM usage_hours WHERE hour = ${hour} GROUP BY 1, 2, 3`,
    Prisma.sql`
      SELECT cluster_id, kind, meter, quantity FROM usage_cluster_hours
       WHERE hour = ${hour} AND meter NOT LIKE '%\\_peak'`,
  );
  const peaks = await differing(
    db,
    Prisma.sql`
      SELECT cluster_id, meter, max(quantity) FROM (
        SELECT cluster_id, minute, meter, sum(quantity)::bigint AS quantity FROM usage_minutes
         WHERE minute >= ${hour} AND minute < ${end} AND meter LIKE '%\\_peak' GROUP BY 1, 2, 3
      ) AS by_minute GROUP BY 1, 2`,
    Prisma.sql`
      SELECT cluster_id, meter, max(quantity) FROM usage_cluster_hours
       WHERE hour = ${hour} AND meter LIKE '%\\_peak' GROUP BY 1, 2`,
  );
  return minutes + hours + kinds + peaks;
};

/** How many rows of one day are not what its hours say. */
export const differencesOfDay = (db: ControlTx, day: Date): Promise<number> => {
  const end = new Date(day.getTime() + 24 * hourMs);
  return differing(
    db,
    Prisma.sql`
      SELECT cluster_id, kind, meter, topic, principal, key_id, sum(quantity)::bigint FROM usage_hours
       WHERE hour >= ${day} AND hour < ${end} GROUP BY 1, 2, 3, 4, 5, 6`,
    Prisma.sql`
      SELECT cluster_id, kind, meter, topic, principal, key_id, quantity FROM usage_days WHERE day = ${day}`,
  );
};
