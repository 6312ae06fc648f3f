import { batchLastOffset } from '@weir/kafka-protocol/record-batch';
import type { Deps } from '../deps.ts';
import { scanBatches } from './batch-scan.ts';
import {
  readRecoveryPoint,
  removeRecoveryPoint,
  writeLeaderEpochs,
  writeRecoveryPoint,
} from './checkpoint.ts';
import { removeCompactedTo } from './compacted-to.ts';
import { removeLogStart } from './log-start.ts';
import { offsetsOf } from './recovery.ts';
import { Segment, segmentFile } from './segment.ts';

type TruncationDeps = Pick<Deps, 'disk'>;

/**
 * Ends a log, which nobody has open, before the first batch that reaches `offset`: a follower's records from
 * there on are not its leader's. What a start reads next is the log as it then is, producers and terms included,
 * also where the power goes in between: a part of the work is a longer log, which is truncated again.
 */
export async function truncateLog(deps: TruncationDeps, dir: string, offset: number): Promise<void> {
  const { disk } = deps;
  const names = await disk.list(dir);
  const bases = offsetsOf(names, '.log');
  const snapshots = offsetsOf(names, '.snapshot');
  const [first] = bases;
  // What the two had in common has been removed here: nothing of this log is left.
  if (first !== undefined && offset < first) return restartLog(deps, dir, offset);
  await removeCompactedTo(disk, dir);
  await lowerRecoveryPoint(deps, dir, bases, snapshots, offset);
  const later = bases.filter((base, at) => base >= offset && at > 0);
  // The last first: what is left is always one log without a hole.
  for (const base of later.toReversed()) await new Segment(disk, dir, base).remove();
  for (const at of snapshots) if (at > offset) await disk.remove(segmentFile(dir, at, 'snapshot'));
  const last = bases.filter((base) => !later.includes(base)).at(-1);
  if (last !== undefined) await cutSegment(deps, dir, last, offset);
  await disk.syncDir(dir);
}

/** Empties the log, which nobody has open, so that its first record will have `offset`. */
export async function restartLog(deps: TruncationDeps, dir: string, offset: number): Promise<void> {
  const { disk } = deps;
  await disk.makeDir(dir);
  await removeRecoveryPoint(disk, dir);
  await removeLogStart(disk, dir);
  await removeCompactedTo(disk, dir);
  await writeLeaderEpochs(disk, dir, []);
  await disk.syncDir(dir);
  const names = await disk.list(dir);
  for (const base of offsetsOf(names, '.log').toReversed()) await new Segment(disk, dir, base).remove();
  for (const at of offsetsOf(names, '.snapshot')) await disk.remove(segmentFile(dir, at, 'snapshot'));
  const file = await disk.open(segmentFile(dir, offset, 'log'));
  await file.close();
  await disk.syncDir(dir);
}

/**
 * A start begins to read where producers are known as of then: at the newest segment before `offset` that has
 * their snapshot, or at the log's beginning, where nobody has written yet.
 */
async function lowerRecoveryPoint(
  { disk }: TruncationDeps,
  dir: string,
  bases: readonly number[],
  snapshots: readonly number[],
  offset: number,
): Promise<void> {
  const point = await readRecoveryPoint(disk, dir);
  if (point === null || point.offset <= offset) return;
  const base = bases.findLast((each) => each <= offset && snapshots.includes(each));
  if (base === undefined) await removeRecoveryPoint(disk, dir);
  else await writeRecoveryPoint(disk, dir, { offset: base, segmentBaseOffset: base, position: 0 });
  await disk.syncDir(dir);
}

async function cutSegment(
  { disk }: TruncationDeps,
  dir: string,
  base: number,
  offset: number,
): Promise<void> {
  const file = await disk.open(segmentFile(dir, base, 'log'), 'existing');
  try {
    const size = await file.size();
    let end = size;
    await scanBatches(file, { from: 0, to: size }, base, (bytes, at, position) => {
      if (batchLastOffset(bytes, at) < offset) return undefined;
      end = position;
      return 'stop';
    });
    if (end === size) return;
    await file.truncate(end);
    await file.sync();
  } finally {
    await file.close();
  }
}
