import type { ReplicaId } from '@weir/metadata-store/port';
import type { Deps } from '../deps.ts';
import { forEach } from '../for-each.ts';
import { partitionsLookedAtOnce } from '../limits.ts';

/**
 * Of the directories in which something was committed, those in which there is no log any more: somebody has taken
 * it away, and a new one in its place would pass for a log in which nothing ever was.
 */
export async function missingReplicas(
  { disk, log }: Pick<Deps, 'disk' | 'log'>,
  dirs: Iterable<string>,
): Promise<readonly ReplicaId[]> {
  const missing: ReplicaId[] = [];
  await forEach(dirs, partitionsLookedAtOnce, async (dir) => {
    const [, topicId, partition] = /^[^/]+\/([A-Za-z0-9_-]{22})-(\d+)$/.exec(dir) ?? [];
    if (topicId === undefined || (await disk.list(dir)).some((name) => name.endsWith('.log'))) return;
    log.error('partition.missing', { dir });
    missing.push({ topicId, partition: Number(partition) });
  });
  return missing;
}
