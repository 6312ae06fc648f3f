import type { MetadataStore } from '../port.ts';
import type { CellDatabase } from './database.ts';
import { wasRemoved } from './removals.ts';

export function applyCluster(
  database: CellDatabase,
  cluster: Parameters<MetadataStore['applyCluster']>[0],
): Promise<void> {
  return database.mutate('applyCluster', async (mutation) => {
    if (await wasRemoved(mutation, 'cluster', cluster.id)) return;
    const { id, limits, clientQuotas, autoCreateTopics, isSuspended = false, intentVersion } = cluster;
    const applied = await mutation.query(
      `INSERT INTO clusters (cluster_id, limits, client_quotas, auto_create_topics, is_suspended, intent_version, version, acls_version)
       VALUES ($1, $2, $6, $3, $7, $4, $5, 0)
       ON CONFLICT (cluster_id) DO UPDATE
       SET limits = excluded.limits, client_quotas = excluded.client_quotas, auto_create_topics = excluded.auto_create_topics,
           is_suspended = excluded.is_suspended, intent_version = excluded.intent_version, version = excluded.version
       WHERE clusters.intent_version < excluded.intent_version
       RETURNING 1`,
      [
        ...[id, JSON.stringify(limits), autoCreateTopics, intentVersion, mutation.version],
        clientQuotas === undefined ? null : JSON.stringify(clientQuotas),
        isSuspended,
      ],
    );
    if (applied.length > 0) mutation.changed();
  });
}
