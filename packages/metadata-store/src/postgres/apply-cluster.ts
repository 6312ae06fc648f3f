import type { ClusterRecord } from '../model.ts';
import type { CellDatabase } from './database.ts';
import { wasRemoved } from './removals.ts';

export function applyCluster(database: CellDatabase, cluster: ClusterRecord): Promise<void> {
  return database.mutate('applyCluster', async (mutation) => {
    if (await wasRemoved(mutation, 'cluster', cluster.id)) return;
    const { id, limits, autoCreateTopics, intentVersion } = cluster;
    const applied = await mutation.query(
      `INSERT INTO clusters (cluster_id, limits, auto_create_topics, intent_version, version, acls_version)
       VALUES ($1, $2, $3, $4, $5, 0)
       ON CONFLICT (cluster_id) DO UPDATE
       SET limits = excluded.limits, auto_create_topics = excluded.auto_create_topics,
           intent_version = excluded.intent_version, version = excluded.version
       WHERE clusters.intent_version < excluded.intent_version
       RETURNING 1`,
      [id, JSON.stringify(limits), autoCreateTopics, intentVersion, mutation.version],
    );
    if (applied.length > 0) mutation.changed();
  });
}
