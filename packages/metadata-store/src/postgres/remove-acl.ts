import type { AclBinding } from '../model.ts';
import { storedAclKey, touchAcls } from './apply-acl.ts';
import type { CellDatabase } from './database.ts';

export function removeAcl(database: CellDatabase, binding: AclBinding): Promise<void> {
  return database.mutate('removeAcl', async (mutation) => {
    const text = 'DELETE FROM acls WHERE cluster_id = $1 AND key = $2 RETURNING 1';
    const removed = await mutation.query(text, [binding.clusterId, storedAclKey(binding)]);
    if (removed.length > 0) await touchAcls(mutation, binding.clusterId);
  });
}
