import type { Mutation, Queryable } from './database.ts';

export type RemovalKind = 'cluster' | 'credential' | 'topic';

/** Whether this cluster or key was removed, which is final. */
export async function wasRemoved(session: Queryable, kind: RemovalKind, id: string): Promise<boolean> {
  const rows = await session.query('SELECT 1 FROM removals WHERE kind = $1 AND id = $2', [kind, id]);
  return rows.length > 0;
}

export async function recordRemoval(
  mutation: Mutation,
  kind: RemovalKind,
  id: string,
  clusterId: string,
): Promise<void> {
  await mutation.query('INSERT INTO removals (kind, id, cluster_id, version) VALUES ($1, $2, $3, $4)', [
    kind,
    id,
    clusterId,
    mutation.version,
  ]);
  mutation.changed();
}
