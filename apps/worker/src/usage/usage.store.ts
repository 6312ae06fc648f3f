import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import { type ControlTx, Prisma } from '@weir/db/control';

export const dayMs = 86_400_000;

export const dayOf = (ms: number): Date => new Date(Math.floor(ms / dayMs) * dayMs);

/**
 * One at a time takes usage in, in all workers, until the transaction ends: so what is derived can be added to what is
 * there, and windows are visible in the order in which they were received.
 */
export const lockIntake = async (tx: ControlTx): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('usage intake', 2))`;
};

/** Of these days those that take no window in any more; all others have, from then on, where windows go. */
export const openDays = async (tx: ControlTx, days: readonly Date[]): Promise<ReadonlySet<number>> => {
  const rows = await tx.$queryRaw<{ day: Date; made: unknown }[]>`
    SELECT day, make_usage_day(day)::text AS made FROM unnest(${[...days]}::timestamptz[]) AS day
     WHERE NOT EXISTS (SELECT FROM usage_sealed s WHERE s.grain = 'day' AND s.since = day)`;
  const open = new Set(rows.map(({ day }) => day.getTime()));
  return new Set(days.map((day) => day.getTime()).filter((ms) => !open.has(ms)));
};

/** Notes windows that came, unless they are known. */
export const insertWindows = async (
  tx: ControlTx,
  reports: readonly ReceivedUsageReport[],
): Promise<void> => {
  if (reports.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO usage_windows (broker_id, boot_epoch, window_start, window_end, received_at)
    SELECT *, clock_timestamp() FROM unnest(
      ${reports.map((each) => each.brokerId)}::int[], ${reports.map((each) => each.bootEpoch)}::int[],
      ${reports.map((each) => new Date(each.windowStartMs))}::timestamptz[],
      ${reports.map((each) => new Date(each.windowEndMs))}::timestamptz[])
    ON CONFLICT DO NOTHING`;
};

/** Rows of reports, as a statement reads them. */
const rowsOf = (reports: readonly ReceivedUsageReport[]): Prisma.Sql => {
  const rows = reports.flatMap((report) => report.rows.map((row) => ({ report, row })));
  return Prisma.sql`unnest(
    ${rows.map(({ report }) => report.brokerId)}::int[], ${rows.map(({ report }) => report.bootEpoch)}::int[],
    ${rows.map(({ report }) => new Date(report.windowStartMs))}::timestamptz[],
    ${rows.map(({ row }) => row.clusterId)}::text[], ${rows.map(({ row }) => row.principal)}::text[],
    ${rows.map(({ row }) => row.keyId)}::text[], ${rows.map(({ row }) => row.topic)}::text[],
    ${rows.map(({ row }) => row.meter)}::text[], ${rows.map(({ row }) => row.quantity)}::bigint[])`;
};

const ledgerColumns = Prisma.raw(
  'broker_id, boot_epoch, window_start, cluster_id, principal, key_id, topic, meter, quantity',
);

/** Where rows go: into the ledger of an open day, with its minutes; or, when that day is sealed, into what came late. */
export type LedgerTable = 'usage_ledger' | 'usage_late';

/**
 * Adds rows to the ledger, and what is new of them to all that is derived by adding up. Rows that are there already stay
 * as they are and are not added again. Returns how many rows were new. The caller holds `lockIntake`.
 */
export const addRows = async (
  tx: ControlTx,
  table: LedgerTable,
  reports: readonly ReceivedUsageReport[],
): Promise<number> => {
  if (reports.every(({ rows }) => rows.length === 0)) return 0;
  const [row] = await tx.$queryRaw<[{ count: bigint }]>`
    WITH added AS (
      INSERT INTO ${Prisma.raw(table)} (${ledgerColumns})
      SELECT * FROM ${rowsOf(reports)}
      ON CONFLICT DO NOTHING
      RETURNING ${ledgerColumns}
    ), by_minute AS (
      SELECT cluster_id, date_trunc('minute', window_start, 'UTC') AS minute, principal, key_id, topic, meter,
             sum(quantity) AS quantity
        FROM added WHERE meter NOT LIKE '%\\_peak' GROUP BY 1, 2, 3, 4, 5, 6
    ), ${minutesOf(table)}
    by_hour AS (
      SELECT m.cluster_id, date_trunc('hour', m.minute, 'UTC') AS hour, k.kind, m.meter, m.topic, m.principal,
             m.key_id, sum(m.quantity) AS quantity
        FROM by_minute m JOIN (
          SELECT cluster_id, minute, coalesce(term.kind, '') AS kind
            FROM (SELECT DISTINCT cluster_id, minute FROM by_minute) AS m LEFT JOIN LATERAL ${kindOf} AS term ON true
        ) AS k USING (cluster_id, minute)
       GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), hours AS (
      INSERT INTO usage_hours AS known (cluster_id, hour, kind, meter, topic, principal, key_id, quantity)
      SELECT * FROM by_hour h
       WHERE NOT EXISTS (SELECT FROM usage_sealed s
                          WHERE s.grain = 'month' AND s.since = date_trunc('month', h.hour, 'UTC'))
      ON CONFLICT (cluster_id, hour, kind, meter, topic, principal, key_id)
      DO UPDATE SET quantity = known.quantity + EXCLUDED.quantity
    ), cluster_hours AS (
      INSERT INTO usage_cluster_hours AS known (cluster_id, hour, kind, meter, quantity)
      SELECT cluster_id, hour, kind, meter, sum(quantity) FROM by_hour GROUP BY 1, 2, 3, 4
      ON CONFLICT (cluster_id, hour, kind, meter) DO UPDATE SET quantity = known.quantity + EXCLUDED.quantity
    ), days AS (
      INSERT INTO usage_days AS known (cluster_id, day, kind, meter, topic, principal, key_id, quantity)
      SELECT cluster_id, date_trunc('day', hour, 'UTC'), kind, meter, topic, principal, key_id, sum(quantity)
        FROM by_hour GROUP BY 1, 2, 3, 4, 5, 6, 7
      ON CONFLICT (cluster_id, day, kind, meter, topic, principal, key_id)
      DO UPDATE SET quantity = known.quantity + EXCLUDED.quantity
    )
    SELECT count(*) AS count FROM added`;
  return Number(row.count);
};

/** Minutes of a sealed day are gone. */
const minutesOf = (table: LedgerTable): Prisma.Sql =>
  table === 'usage_late'
    ? Prisma.empty
    : Prisma.sql`minutes AS (
      INSERT INTO usage_minutes AS known (cluster_id, minute, principal, key_id, topic, meter, quantity)
      SELECT * FROM by_minute
      ON CONFLICT (cluster_id, minute, principal, key_id, topic, meter)
      DO UPDATE SET quantity = known.quantity + EXCLUDED.quantity
    ),`;

/** What the cluster of `m` was when its minute began, or the first that it ever was. */
export const kindOf = Prisma.sql`(
  SELECT kind FROM cluster_terms t
   WHERE t.cluster_id = m.cluster_id AND t.kind <> ''
   ORDER BY t.at <= m.minute DESC, CASE WHEN t.at <= m.minute THEN t.at END DESC, t.at, t.id DESC
   LIMIT 1)`;

/** Adds the limits that clusters met in windows. A report that comes again changes nothing. */
export const insertReached = async (
  tx: ControlTx,
  reports: readonly ReceivedUsageReport[],
): Promise<void> => {
  const rows = reports.flatMap(({ bootEpoch, brokerId, reached, windowStartMs }) =>
    reached.map((each) => ({ ...each, bootEpoch, brokerId, windowStartMs })),
  );
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO reached_limits (broker_id, boot_epoch, window_start, cluster_id, limit_name, count, since)
    SELECT "brokerId", "bootEpoch", to_timestamp("windowStartMs" / 1000.0), "clusterId", "limit", count,
           to_timestamp("sinceMs" / 1000.0)
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS row ("brokerId" int, "bootEpoch" int, "windowStartMs" bigint, "clusterId" text, "limit" text,
                count bigint, "sinceMs" bigint)
    ON CONFLICT DO NOTHING`;
};
