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

/** What was written to a topic since it was made, by the ledger. One of the same name before it may have a part of a window. */
export const readLedger = async (
  db: ControlDb,
  clusterId: string,
  topic: string,
  createdAt: Date,
): Promise<LedgerRow> => {
  const from = new Date(createdAt.getTime() - windowMs);
  const [row] = await db.$queryRaw<[{ bytes: string; records: string }]>`
    SELECT coalesce(sum(quantity) FILTER (WHERE meter = 'bytes_in'), 0)::text AS bytes,
           coalesce(sum(quantity) FILTER (WHERE meter = 'records_in'), 0)::text AS records
      FROM usage_ledger
     WHERE cluster_id = ${clusterId} AND topic = ${topic} AND window_start > ${from}`;
  return { bytes: BigInt(row.bytes), records: BigInt(row.records) };
};
