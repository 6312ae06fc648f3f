import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import type { ControlDb, ControlTx } from '@weir/db/control';

export const minuteMs = 60_000;

export const minuteOf = (ms: number): Date => new Date(Math.floor(ms / minuteMs) * minuteMs);

/**
 * Adds a window to the ledger. Rows that are there already stay as they are, so a report that comes again
 * changes nothing. Returns how many rows were new.
 */
export const insertReport = async (tx: ControlTx, report: ReceivedUsageReport): Promise<number> => {
  const { brokerId, bootEpoch } = report;
  const windowStart = new Date(report.windowStartMs);
  const windowEnd = new Date(report.windowEndMs);
  await tx.usageWindow.createMany({
    data: [{ brokerId, bootEpoch, windowStart, windowEnd }],
    skipDuplicates: true,
  });
  if (report.rows.length === 0) return 0;
  const rows = JSON.stringify(report.rows);
  return tx.$executeRaw`
    INSERT INTO usage_ledger
      (broker_id, boot_epoch, window_start, cluster_id, principal, key_id, topic, meter, quantity)
    SELECT ${brokerId}, ${bootEpoch}, ${windowStart}, "clusterId", principal, "keyId", topic, meter, quantity
      FROM jsonb_to_recordset(${rows}::jsonb)
        AS row ("clusterId" text, principal text, "keyId" text, topic text, meter text, quantity bigint)
    ON CONFLICT DO NOTHING`;
};

/** Adds the limits that clusters met in a window. A report that comes again changes nothing. */
export const insertReached = async (tx: ControlTx, report: ReceivedUsageReport): Promise<void> => {
  if (report.reached.length === 0) return;
  const { brokerId, bootEpoch } = report;
  const windowStart = new Date(report.windowStartMs);
  const rows = JSON.stringify(report.reached);
  await tx.$executeRaw`
    INSERT INTO reached_limits (broker_id, boot_epoch, window_start, cluster_id, limit_name, count, since)
    SELECT ${brokerId}, ${bootEpoch}, ${windowStart}, "clusterId", "limit", count, to_timestamp("sinceMs" / 1000.0)
      FROM jsonb_to_recordset(${rows}::jsonb)
        AS row ("clusterId" text, "limit" text, count bigint, "sinceMs" bigint)
    ON CONFLICT DO NOTHING`;
};

/**
 * Serialises who rolls up the same minute until the transaction ends. Taken before the ledger is written, so
 * that the later of two transactions sees the rows of the earlier.
 */
export const lockMinute = async (tx: ControlTx, minute: Date): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`usage ${minute.toISOString()}`}, 2))`;
};

/** Derives one minute from the ledger again. */
export const rollUpMinute = async (tx: ControlTx, minute: Date): Promise<void> => {
  await rollUp(tx, minute, new Date(minute.getTime() + minuteMs));
};

/** Derives every minute since then again, while nobody else writes them. */
export const rebuildMinutes = async (db: ControlDb, since: Date): Promise<void> => {
  const from = minuteOf(since.getTime());
  await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE usage_minutes IN SHARE ROW EXCLUSIVE MODE`;
      await tx.usageMinute.deleteMany({ where: { minute: { gte: from } } });
      await rollUp(tx, from, new Date(8_640_000_000_000));
    },
    { timeout: rebuildMsMax },
  );
};

const rebuildMsMax = 300_000;

/** Sums; for peaks the largest of the minute on each broker, added up over brokers. */
const rollUp = (tx: ControlTx, from: Date, to: Date): Promise<number> => tx.$executeRaw`
  INSERT INTO usage_minutes (cluster_id, minute, principal, key_id, topic, meter, quantity)
  SELECT cluster_id, minute, principal, key_id, topic, meter, sum(quantity) FROM (
    SELECT cluster_id, date_trunc('minute', window_start, 'UTC') AS minute, principal, key_id, topic, meter,
           CASE WHEN meter LIKE '%\\_peak' THEN max(quantity) ELSE sum(quantity) END AS quantity
      FROM usage_ledger
     WHERE window_start >= ${from} AND window_start < ${to}
     GROUP BY cluster_id, minute, principal, key_id, topic, meter, broker_id
  ) AS by_broker
  GROUP BY cluster_id, minute, principal, key_id, topic, meter
  ON CONFLICT (cluster_id, minute, principal, key_id, topic, meter) DO UPDATE SET quantity = EXCLUDED.quantity`;
