import type { Result } from '../port.ts';
import type { Restraints } from '../restraints.ts';
import { refused } from '../rules.ts';
import type { CellDatabase } from './database.ts';
import { wasRemoved } from './removals.ts';

/** They stand in the cluster's row, and are told with it. */
export function applyRestraints(
  database: CellDatabase,
  clusterId: string,
  restraints: Restraints,
): Promise<Result<void, 'UNKNOWN_CLUSTER'>> {
  return database.mutate('applyRestraints', async (mutation) => {
    const [cluster] = await mutation.query<{ is_older: boolean }>(
      `SELECT coalesce((restraints->>'version')::bigint, 0) < $2 AS is_older FROM clusters WHERE cluster_id = $1`,
      [clusterId, restraints.version],
    );
    if (cluster === undefined) {
      if (await wasRemoved(mutation, 'cluster', clusterId)) return { ok: true, value: undefined };
      return refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`);
    }
    if (cluster.is_older) {
      await mutation.query('UPDATE clusters SET restraints = $2, version = $3 WHERE cluster_id = $1', [
        clusterId,
        JSON.stringify(restraints),
        mutation.version,
      ]);
      mutation.changed();
    }
    return { ok: true, value: undefined };
  });
}
