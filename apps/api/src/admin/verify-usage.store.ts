import type { ControlDb } from '@weir/db/control';

export interface LedgerRow {
  readonly bytes: bigint;
  readonly records: bigint;
}

/** Clusters that a cell has the logs of. */
export const readVerifiedClusters = async (db: ControlDb, cellId: string): Promise<readonly string[]> => {
  const where = { cellId, OR: [{ deletedAt: null }, { restorableUntil: { not: null } }] };
  const rows = await db.cluster.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  return rows.map(({ id }) => id);
};

/** A window that was open when the topic was made has its first bytes. */
const windowMs = 10_000;

/**
 * What was written to a topic since it was made, by the ledger; by days where that is gone. One of the same name before it
 * may have a part of its first window, or day.
 */
export const readLedger = async (
  db: ControlDb,
  clusterId: string,
  topic: string,
  createdAt: Date,
): Promise<LedgerRow> => {
  const from = new Date(createdAt.getTime() - windowMs);
  const [row] = await db.$queryRaw<[{ bytes: string; records: string }]>`
    WITH gone AS (
      SELECT coalesce(max(since) + interval '24 hours', '-infinity') AS until FROM usage_sealed WHERE grain = 'day'
    ), used AS (
      SELECT meter, quantity FROM usage_ledger, gone
       WHERE cluster_id = ${clusterId} AND topic = ${topic} AND window_start > ${from}
         AND window_start >= gone.until
      UNION ALL
      SELECT meter, quantity FROM usage_days, gone
       WHERE cluster_id = ${clusterId} AND topic = ${topic} AND day < gone.until
         AND day >= date_trunc('day', ${from}::timestamptz, 'UTC')
    )
    SELECT coalesce(sum(quantity) FILTER (WHERE meter = 'bytes_in'), 0)::text AS bytes,
           coalesce(sum(quantity) FILTER (WHERE meter = 'records_in'), 0)::text AS records FROM used`;
  return { bytes: BigInt(row.bytes), records: BigInt(row.records) };
};
