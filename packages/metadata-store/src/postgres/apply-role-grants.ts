import type { RoleGrants } from '../model.ts';
import type { Result } from '../port.ts';
import { refused } from '../rules.ts';
import type { CellDatabase } from './database.ts';
import { wasRemoved } from './removals.ts';

/** They stand in the cluster's row: all of them are replaced at once, and told at once. */
export function applyRoleGrants(
  database: CellDatabase,
  clusterId: string,
  { grants, version }: RoleGrants,
): Promise<Result<void, 'UNKNOWN_CLUSTER'>> {
  return database.mutate('applyRoleGrants', async (mutation) => {
    const [cluster] = await mutation.query<{ is_older: boolean }>(
      'SELECT role_grants_version < $2 AS is_older FROM clusters WHERE cluster_id = $1',
      [clusterId, version],
    );
    if (cluster === undefined) {
      if (await wasRemoved(mutation, 'cluster', clusterId)) return { ok: true, value: undefined };
      return refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`);
    }
    if (cluster.is_older) {
      await mutation.query(
        `UPDATE clusters SET role_grants = $2, role_grants_version = $3, acls_version = $4 WHERE cluster_id = $1`,
        [clusterId, JSON.stringify(grants), version, mutation.version],
      );
      mutation.changed();
    }
    return { ok: true, value: undefined };
  });
}
