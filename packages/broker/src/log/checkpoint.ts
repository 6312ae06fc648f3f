import type { Disk } from '../deps.ts';

/** Up to here a start need not read the log again: the bytes were synced, and a producer snapshot lies beside them. */
export interface RecoveryPoint {
  readonly offset: number;
  readonly segmentBaseOffset: number;
  /** Bytes of that segment that lie before `offset`. */
  readonly position: number;
}

/** First offset of a leader's term, as in Kafka's leader-epoch-checkpoint. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

const recoveryPointFile = 'recovery-point';
const leaderEpochFile = 'leader-epoch-checkpoint';

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

/** Notes that the term of `epoch` begins at the log's end, unless it is known; terms that began behind the end are gone. */
export async function rememberLeaderEpoch(
  disk: Disk,
  dir: string,
  epoch: number,
  endOffset: number,
): Promise<void> {
  const known = await readLeaderEpochs(disk, dir);
  const kept = known.filter((entry) => entry.startOffset < endOffset || entry.epoch === epoch);
  const isKnown = kept.some((entry) => entry.epoch === epoch);
  if (isKnown && kept.length === known.length) return;
  await writeLeaderEpochs(disk, dir, isKnown ? kept : [...kept, { epoch, startOffset: endOffset }]);
}

export async function readLeaderEpochs(disk: Disk, dir: string): Promise<EpochStart[]> {
  const bytes = await disk.readWhole(`${dir}/${leaderEpochFile}`);
  const [version, , ...lines] = (bytes?.toString('latin1') ?? '').split('\n');
  if (version !== '0') return [];
  return lines.flatMap((line) => {
    const fields = /^(\d+) (\d+)$/.exec(line);
    return fields === null ? [] : [{ epoch: Number(fields[1]), startOffset: Number(fields[2]) }];
  });
}
