import type { Disk } from '../deps.ts';
import { type EpochStart, LeaderEpochs } from './leader-epochs.ts';

/** Up to here a start need not read the log again: the bytes were synced, and a producer snapshot lies beside them. */
export interface RecoveryPoint {
  readonly offset: number;
  readonly segmentBaseOffset: number;
  /** Bytes of that segment that lie before `offset`. */
  readonly position: number;
}

export const recoveryPointFile = 'recovery-point';
export const leaderEpochFile = 'leader-epoch-checkpoint';

/** Without it a log is read from its beginning at the next start. */
export function removeRecoveryPoint(disk: Disk, dir: string): Promise<void> {
  return disk.remove(`${dir}/${recoveryPointFile}`);
}

export async function writeRecoveryPoint(disk: Disk, dir: string, point: RecoveryPoint): Promise<void> {
  const line = `${point.offset} ${point.segmentBaseOffset} ${point.position}`;
  await disk.replace(`${dir}/${recoveryPointFile}`, Buffer.from(`0\n${line}\n`));
}

/** Null when there is none that can be read: the log is then read from its beginning. */
export async function readRecoveryPoint(disk: Disk, dir: string): Promise<RecoveryPoint | null> {
  const bytes = await disk.readWhole(`${dir}/${recoveryPointFile}`);
  const fields = /^0\n(\d+) (\d+) (\d+)\n$/.exec(bytes?.toString('latin1') ?? '');
  if (fields === null) return null;
  return { offset: Number(fields[1]), segmentBaseOffset: Number(fields[2]), position: Number(fields[3]) };
}

/** Kafka's CheckpointFile: version, count, one line an entry. */
export async function writeLeaderEpochs(
  disk: Disk,
  dir: string,
  entries: readonly EpochStart[],
): Promise<void> {
  const lines = entries.map((entry) => `${entry.epoch} ${entry.startOffset}\n`).join('');
  await disk.replace(`${dir}/${leaderEpochFile}`, Buffer.from(`0\n${entries.length}\n${lines}`));
}

/** What the file says of terms that began before `endOffset`; what lies behind it the batches tell. */
export async function loadLeaderEpochs(disk: Disk, dir: string, endOffset: number): Promise<LeaderEpochs> {
  const entries = await readLeaderEpochs(disk, dir);
  return new LeaderEpochs(entries.filter((entry) => entry.startOffset < endOffset));
}

async function readLeaderEpochs(disk: Disk, dir: string): Promise<EpochStart[]> {
  const bytes = await disk.readWhole(`${dir}/${leaderEpochFile}`);
  const [version, , ...lines] = (bytes?.toString('latin1') ?? '').split('\n');
  if (version !== '0') return [];
  return lines.flatMap((line) => {
    const fields = /^(\d+) (\d+)$/.exec(line);
    return fields === null ? [] : [{ epoch: Number(fields[1]), startOffset: Number(fields[2]) }];
  });
}
