import type { Deps } from '../deps.ts';
import { strayDirectoryMs } from '../limits.ts';
import type { Vacating } from '../partition/vacating.ts';

interface StrayDeps extends Pick<Deps, 'clock' | 'disk' | 'log'> {
  readonly vacating: Pick<Vacating, 'vacate'>;
}

/** What the cell has. */
export interface KnownPartitions {
  isKnown(clusterId: string, topicId: string, index: number): boolean;
  hasCluster(clusterId: string): boolean;
  /** Nobody wants to know any more. */
  isOver(): boolean;
}

const strayDir = 'stray';

/**
 * What lies among the logs and belongs to no topic of the cell: a topic, or a cluster, that was deleted while this
 * broker was away or on its way to do so. It is put aside at once and removed a day later, so that a store that was
 * set back, and has forgotten topics, costs nobody's data before somebody has looked. Kafka: stray partitions.
 */
export async function putStrayAside(deps: StrayDeps, cell: KnownPartitions): Promise<void> {
  await removeOldStrays(deps);
  for (const clusterDir of await deps.disk.list('')) {
    if (clusterDir === strayDir) continue;
    let isEmptied = false;
    for (const name of await deps.disk.list(clusterDir)) {
      if (cell.isOver()) return;
      // `<topic id>-<partition>`; nothing else that may lie there is ours to move.
      const [, topicId = '', index = ''] = /^([A-Za-z0-9_-]{22})-(\d+)$/.exec(name) ?? [];
      if (topicId === '') continue;
      // Asked once nothing else is done there: a directory is made after its topic has become known.
      await deps.vacating.vacate(`${clusterDir}/${name}`, async () => {
        if (cell.isKnown(clusterDir, topicId, Number(index))) return;
        await putAside(deps, clusterDir, name);
        isEmptied = true;
      });
    }
    // Of a cluster that is gone nothing is left, not even its name; where anything is in it, it stays.
    if (isEmptied && !cell.hasCluster(clusterDir)) await deps.disk.removeEmpty(clusterDir);
  }
}

async function putAside({ clock, disk, log }: StrayDeps, clusterDir: string, name: string): Promise<void> {
  // Whoever was at it may have removed it.
  if (!(await disk.list(clusterDir)).includes(name)) return;
  const aside = `${strayDir}/${clock.now()}_${clusterDir}_${name}`;
  await disk.makeDir(strayDir);
  await disk.rename(`${clusterDir}/${name}`, aside);
  await disk.syncDir(strayDir);
  await disk.syncDir(clusterDir);
  log.warn('partition.stray', { dir: `${clusterDir}/${name}`, aside });
}

/**
 * Removes the directory of a replica that is no longer here. It goes aside first, and counts as old there: what is
 * left of it after a stop halfway never passes for the log, should the replica come back.
 */
export async function removeMoved({ disk, log }: Pick<Deps, 'disk' | 'log'>, dir: string): Promise<void> {
  const [clusterDir = '', name = ''] = dir.split('/');
  const names = await disk.list(clusterDir);
  if (!names.includes(name)) return;
  const aside = `${strayDir}/0_${clusterDir}_${name}`;
  await disk.makeDir(strayDir);
  await disk.remove(aside);
  await disk.rename(dir, aside);
  await disk.syncDir(strayDir);
  await disk.syncDir(clusterDir);
  await disk.remove(aside);
  log.info('partition.moved-away', { dir });
}

/** Removes what has been aside for a day. */
export async function removeOldStrays({ clock, disk, log }: Omit<StrayDeps, 'vacating'>): Promise<void> {
  for (const name of await disk.list(strayDir)) {
    const sinceMs = Number(/^(\d+)_/.exec(name)?.[1] ?? Number.NaN);
    if (!(clock.now() - sinceMs > strayDirectoryMs)) continue;
    await disk.remove(`${strayDir}/${name}`);
    log.info('partition.stray.removed', { dir: `${strayDir}/${name}` });
  }
}
