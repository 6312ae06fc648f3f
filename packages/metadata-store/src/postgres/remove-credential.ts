import type { CellDatabase } from './database.ts';
import { recordRemoval } from './removals.ts';

export function removeCredential(database: CellDatabase, keyId: string): Promise<void> {
  return database.mutate('removeCredential', async (mutation) => {
    const [removed] = await mutation.query<{ cluster_id: string }>(
      'DELETE FROM credentials WHERE key_id = $1 RETURNING cluster_id',
      [keyId],
    );
    if (removed !== undefined) await recordRemoval(mutation, 'credential', keyId, removed.cluster_id);
  });
}
