import type { ClusterRecord } from '../model.ts';
import { isStorable } from '../storable.ts';
import type { CellDatabase, Queryable } from './database.ts';
import { type ClusterRow, clusterColumns, clusterFrom } from './rows.ts';

const text = `SELECT ${clusterColumns} FROM clusters WHERE cluster_id = $1`;

export async function findCluster(database: CellDatabase, clusterId: string): Promise<ClusterRecord | null> {
  if (!isStorable(clusterId)) return null;
  const [row] = await database.read<ClusterRow>('findCluster', text, [clusterId]);
  return row === undefined ? null : clusterFrom(row);
}

/** The same, in the view of a mutation. */
export async function findClusterWithin(
  session: Queryable,
  clusterId: string,
): Promise<ClusterRecord | null> {
  const [row] = await session.query<ClusterRow>(text, [clusterId]);
  return row === undefined ? null : clusterFrom(row);
}
