import { countReplicas } from './broker-loads.ts';
import type { CellDatabase } from './database.ts';
import { recordRemoval } from './removals.ts';

export function removeCluster(database: CellDatabase, clusterId: string): Promise<void> {
  return database.mutate('removeCluster', async (mutation) => {
    const topics = await mutation.query<{ topic_id: string }>(
      'SELECT topic_id FROM topics WHERE cluster_id = $1',
      [clusterId],
    );
    await countReplicas(
      mutation,
      topics.map((topic) => topic.topic_id),
      -1,
    );
    await mutation.query(
      `INSERT INTO removals (kind, id, cluster_id, version)
       SELECT 'topic', topic_id, cluster_id, $2::bigint FROM topics WHERE cluster_id = $1
       UNION ALL
       SELECT 'credential', key_id, cluster_id, $2::bigint FROM credentials WHERE cluster_id = $1`,
      [clusterId, mutation.version],
    );
    // Topics, partitions, credentials and ACLs go with it by their foreign keys.
    const removed = await mutation.query('DELETE FROM clusters WHERE cluster_id = $1 RETURNING 1', [
      clusterId,
    ]);
    if (removed.length > 0) await recordRemoval(mutation, 'cluster', clusterId, clusterId);
  });
}
