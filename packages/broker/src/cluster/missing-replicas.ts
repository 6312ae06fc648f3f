import type { ReplicaId } from '@weir/metadata-store/port';
import type { Deps, Log } from '../deps.ts';
import { forEach } from '../for-each.ts';
import { partitionsLookedAtOnce } from '../limits.ts';
import { hasLog } from '../log/recovery.ts';
import type { Cell } from './cell.ts';

export interface MissingReplica extends ReplicaId {
  readonly dir: string;
}

/**
 * Of the directories in which something was committed, those in which there is no log any more: somebody has taken
 * it away, and a new one in its place would pass for a log in which nothing ever was.
 */
export async function missingReplicas(
  { disk }: Pick<Deps, 'disk'>,
  dirs: Iterable<string>,
): Promise<readonly MissingReplica[]> {
  const missing: MissingReplica[] = [];
  await forEach(dirs, partitionsLookedAtOnce, async (dir) => {
    const [, topicId, partition] = /^[^/]+\/([A-Za-z0-9_-]{22})-(\d+)$/.exec(dir) ?? [];
    if (topicId === undefined || (await hasLog(disk, dir))) return;
    missing.push({ dir, topicId, partition: Number(partition) });
  });
  return missing;
}

/** Says so of those that the cell counts on: what was moved away, or deleted, is rightly not there. */
export function tellMissing(
  log: Pick<Log, 'error'>,
  cell: { findPartition(...of: Parameters<Cell['findPartition']>): unknown },
  missing: readonly MissingReplica[],
): void {
  for (const { dir, topicId, partition } of missing)
    if (cell.findPartition(topicId, partition) !== null) log.error('partition.missing', { dir });
}
