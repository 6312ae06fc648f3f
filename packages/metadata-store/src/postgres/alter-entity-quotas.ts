import { decideEntityQuotas, type EntityQuotaChanges, type EntityQuotaRefusal } from '../entity-quotas.ts';
import type { Result } from '../port.ts';
import { refused } from '../rules.ts';
import { isStorable } from '../storable.ts';
import type { CellDatabase } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';

/** They stand in the cluster's row, and are told with it. */
export async function alterEntityQuotas(
  database: CellDatabase,
  asked: EntityQuotaChanges,
): Promise<Result<void, EntityQuotaRefusal>> {
  const { clusterId, validateOnly } = asked;
  // Before it is put to Postgres, which would not take every text.
  if (!isStorable(clusterId)) return refused('UNKNOWN_CLUSTER', 'There is no such cluster.');
  return database.mutate('alterEntityQuotas', async (mutation) => {
    const cluster = await findClusterWithin(mutation, clusterId);
    const decided = decideEntityQuotas(asked, cluster === null ? null : (cluster.entityQuotas ?? []));
    if (!decided.ok) return decided;
    if (decided.value !== null && !validateOnly) {
      await mutation.query('UPDATE clusters SET entity_quotas = $2, version = $3 WHERE cluster_id = $1', [
        clusterId,
        JSON.stringify(decided.value),
        mutation.version,
      ]);
      mutation.changed();
    }
    return { ok: true, value: undefined };
  });
}
