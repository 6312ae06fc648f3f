import { createHash } from 'node:crypto';
import type { AclBinding } from '../model.ts';
import type { Result } from '../port.ts';
import { aclKey, decideNewAcl } from '../rules.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';

/** What `acls.key` holds. */
export const storedAclKey = (binding: AclBinding): string =>
  createHash('sha256').update(aclKey(binding)).digest('hex');

export function applyAcl(
  database: CellDatabase,
  binding: AclBinding,
): Promise<Result<void, 'UNKNOWN_CLUSTER' | 'POLICY_VIOLATION'>> {
  return database.mutate('applyAcl', async (mutation) => {
    const cluster = await findClusterWithin(mutation, binding.clusterId);
    const [held] = await mutation.query<{ count: number; same: number }>(
      'SELECT count(*) AS count, count(*) FILTER (WHERE key = $2) AS same FROM acls WHERE cluster_id = $1',
      [binding.clusterId, storedAclKey(binding)],
    );
    if (held !== undefined && held.same > 0) return { ok: true, value: undefined };
    const decision = decideNewAcl(binding, cluster, held?.count ?? 0);
    if (decision.ok) await insert(mutation, binding);
    return decision;
  });
}

async function insert(mutation: Mutation, binding: AclBinding): Promise<void> {
  await mutation.query(
    `INSERT INTO acls (cluster_id, key, principal, resource_type, pattern_type, resource_name, operation,
       permission, host)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      binding.clusterId,
      storedAclKey(binding),
      binding.principal,
      binding.resourceType,
      binding.patternType,
      binding.resourceName,
      binding.operation,
      binding.permission,
      binding.host,
    ],
  );
  await touchAcls(mutation, binding.clusterId);
}

/** Readers get all ACLs of a cluster at once, so its set has one version. */
export async function touchAcls(mutation: Mutation, clusterId: string): Promise<void> {
  const text = 'UPDATE clusters SET acls_version = $2 WHERE cluster_id = $1';
  await mutation.query(text, [clusterId, mutation.version]);
  mutation.changed();
}
