import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  partitionLeaderEpoch,
} from '@weir/kafka-protocol/record-batch';
import type { Deps, DiskFile } from '../deps.ts';
import { requestBytesMax } from '../limits.ts';
import { type ByteRange, isWholeBatch, type OnBatch, placeOf, scanBatches } from './batch-scan.ts';
import {
  leaderEpochFile,
  loadLeaderEpochs,
  type RecoveryPoint,
  readRecoveryPoint,
  recoveryPointFile,
} from './checkpoint.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import { cutName, leftoversIn } from './leftovers.ts';
import { readLogStart } from './log-start.ts';
import type { LogState } from './log-state.ts';
import type { Durability } from './log-writer.ts';
import type { RecoveredLog } from './recovered-log.ts';
import { Segment, segmentFile } from './segment.ts';

type RecoveryDeps = Pick<Deps, 'clock' | 'disk' | 'log'>;

/** What is learnt from the batches behind the recovery point. */
interface Learning {
  readonly state: LogState;
  readonly epochs: LeaderEpochs;
}

/** Whether there is a log, whatever is in it. */
export async function hasLog(disk: Pick<Deps['disk'], 'list'>, dir: string): Promise<boolean> {
  return (await disk.list(dir)).some((name) => name.endsWith('.log'));
}

/**
 * Reads a log as the last life of the broker left it. Up to the recovery point files are taken as they
 * are; behind it every batch is checked, and the log ends before the first that is torn. What is cut off
 * is kept beside the log and reported: it was not acknowledged, but it is not ours to destroy.
 * Where `durability` is that of the operating system nothing is brought to the medium for it.
 */
export async function recoverLog(
  deps: RecoveryDeps,
  dir: string,
  state: LogState,
  durability: Durability,
): Promise<RecoveredLog> {
  const segments: Segment[] = [];
  try {
    return await recoverInto(segments, deps, dir, { state, durability });
  } catch (cause) {
    await closeAll(deps, segments);
    throw cause;
  }
}

async function recoverInto(
  segments: Segment[],
  deps: RecoveryDeps,
  dir: string,
  { state, durability }: { readonly state: LogState; readonly durability: Durability },
): Promise<RecoveredLog> {
  const names = await deps.disk.list(dir);
  if (names.length === 0) await deps.disk.makeDir(dir);
  const bases = offsetsOf(names, '.log');
  const point = await usablePoint(deps, dir, { names, bases }, state);
  const epochs = names.includes(leaderEpochFile)
    ? await loadLeaderEpochs(deps.disk, dir, point.offset)
    : new LeaderEpochs();
  const indexed = new Set(offsetsOf(names, '.txnindex'));
  const cuts: string[] = [];
  let endOffset = bases[0] ?? 0;
  for (const [index, base] of bases.entries()) {
    if (base < endOffset && index > 0) throw new Error(`segments overlap at offset ${base} in ${dir}`);
    if (base > endOffset && index > 0) tellMissing(deps, segments, { dir, from: endOffset, to: base });
    const segment = new Segment(deps.disk, dir, base);
    segments.push(segment);
    if (indexed.has(base)) await recoverAborted(segment, point);
    const recovered = await recoverSegment(deps, segment, point, bases[index + 1] ?? null, { state, epochs });
    if (durability === 'fsync') await makeDurable(await segment.file(), recovered.unsynced);
    endOffset = recovered.endOffset;
    if (recovered.cutBytes > 0) {
      cuts.push(...(await endLogAt(deps, segment, bases.slice(index + 1), recovered.cutBytes)));
      break;
    }
  }
  ageDamaged(segments, deps.clock.now());
  const isNew = segments.length === 0;
  if (isNew) {
    const first = new Segment(deps.disk, dir, endOffset);
    segments.push(first);
    await first.file();
  }
  // A file is only as durable as its name: also one that the last life made and had no time to make sure of.
  if (isNew || durability === 'fsync') await deps.disk.syncDir(dir);
  epochs.cutBefore(segments[0]?.baseOffset ?? endOffset);
  const recoveryPoint = { ...point, offset: Math.min(point.offset, endOffset) };
  const deletedBefore = await readLogStart(deps.disk, dir, names, endOffset);
  const leftovers = [...leftoversIn(names, bases, recoveryPoint), ...cuts];
  return { segments, endOffset, recoveryPoint, epochs, deletedBefore, leftovers };
}

/** Offsets between two segments are not there: a file was lost, or the end of one. What there is is served. */
function tellMissing(
  deps: RecoveryDeps,
  before: readonly Segment[],
  missing: { readonly dir: string; readonly from: number; readonly to: number },
): void {
  deps.log.error('log.offsets.missing', missing);
  const last = before.at(-1);
  if (last !== undefined) last.isDamaged = true;
}

/** Descriptors are nobody's to collect: what was opened for a log that cannot be read is closed here. */
async function closeAll(deps: RecoveryDeps, segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) {
    try {
      await segment.close();
    } catch (cause) {
      deps.log.warn('log.close.failed', { dir: segment.dir, segment: segment.baseOffset }, cause);
    }
  }
}

/** Retention must be able to pass a damaged segment: it counts as old as the one that follows it. */
function ageDamaged(segments: readonly Segment[], now: number): void {
  let following = now;
  for (const segment of segments.toReversed()) {
    if (segment.isDamaged && segment !== segments.at(-1))
      segment.maxTimestamp = Math.max(segment.maxTimestamp, following);
    if (segment.maxTimestamp >= 0) following = segment.maxTimestamp;
  }
}

/** The stored recovery point if its segment and its snapshot are whole, and the state as of then; else the log's start. */
async function usablePoint(
  deps: RecoveryDeps,
  dir: string,
  { names, bases }: { readonly names: readonly string[]; readonly bases: readonly number[] },
  state: LogState,
): Promise<RecoveryPoint> {
  state.clear();
  const first = bases[0] ?? 0;
  const start = { offset: first, segmentBaseOffset: first, position: 0 };
  const point = names.includes(recoveryPointFile) ? await readRecoveryPoint(deps.disk, dir) : null;
  if (point === null || !bases.includes(point.segmentBaseOffset)) return start;
  const size = await sizeOf(deps, segmentFile(dir, point.segmentBaseOffset, 'log'));
  const snapshot = await deps.disk.readWhole(segmentFile(dir, point.offset, 'snapshot'));
  if (size >= point.position && snapshot !== null && state.load(snapshot)) return point;
  deps.log.warn('log.recovery-point.unusable', { dir, offset: point.offset, position: point.position, size });
  return start;
}

async function sizeOf(deps: RecoveryDeps, path: string): Promise<number> {
  const file = await deps.disk.open(path, 'existing');
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}

const noBytes: ByteRange = { from: 0, to: 0 };

async function recoverSegment(
  deps: RecoveryDeps,
  segment: Segment,
  point: RecoveryPoint,
  nextBase: number | null,
  learning: Learning,
): Promise<{ endOffset: number; cutBytes: number; unsynced: ByteRange }> {
  const file = await segment.file();
  const size = await file.size();
  const isBeforePoint = segment.baseOffset < point.segmentBaseOffset;
  const known = isBeforePoint ? size : segment.baseOffset === point.segmentBaseOffset ? point.position : 0;
  const knownEnd = isBeforePoint ? (nextBase ?? point.offset) : known > 0 ? point.offset : segment.baseOffset;
  // Of bytes that are all to be read, what an index says of them is not asked.
  const isAllRead = known === 0 && !isBeforePoint;
  if (isAllRead || (await segment.loadIndexes(known, knownEnd, isBeforePoint))) {
    if (isBeforePoint) return { endOffset: knownEnd, cutBytes: 0, unsynced: noBytes };
  } else {
    await indexAgain(deps, segment, known);
  }
  if (isBeforePoint) {
    // Of a damaged segment no index is kept, so that each start looks at it again and tells of it.
    if (!segment.isDamaged) await segment.flushIndexes();
    return { endOffset: knownEnd, cutBytes: 0, unsynced: noBytes };
  }
  const end = await scanBatches(file, { from: known, to: size }, knownEnd, (bytes, at) => {
    segment.place(placeOf(bytes, at), deps.clock.now());
    learning.epochs.assign(partitionLeaderEpoch(bytes, at), batchBaseOffset(bytes, at));
    const aborted = learning.state.replay(bytes, at);
    if (aborted !== null) segment.addAborted(aborted);
    return undefined;
  });
  const unsynced = { from: known, to: end.position };
  return { endOffset: end.nextOffset, cutBytes: size - end.position, unsynced };
}

/** What the segment's file says of transactions that ended before the recovery point; the others are learnt again. */
async function recoverAborted(segment: Segment, point: RecoveryPoint): Promise<void> {
  if (segment.baseOffset > point.segmentBaseOffset) segment.aborted.startAnew();
  else await segment.aborted.load(point.offset);
}

/**
 * Without a sound index the bytes before `known` are read again for it, without telling the state twice. They
 * were synced, so where one of them is bad the medium is: the segment stays as it is, what can be read of it
 * is served, and the rest of the log with it.
 */
async function indexAgain(deps: RecoveryDeps, segment: Segment, known: number): Promise<void> {
  const onBatch: OnBatch = (bytes, at) => {
    segment.place(placeOf(bytes, at), deps.clock.now());
    return undefined;
  };
  let cause: unknown;
  try {
    await scanBatches(await segment.file(), { from: 0, to: known }, segment.baseOffset, onBatch);
  } catch (readError) {
    if (!isMediumError(readError)) throw readError;
    cause = readError;
  }
  if (segment.size === known) return;
  const { dir, baseOffset, size } = segment;
  deps.log.error('log.segment.damaged', { dir, segment: baseOffset, position: size, bytes: known }, cause);
  segment.skipDamage(known);
}

/** What the kernel says where the medium cannot give the bytes back. */
export function isMediumError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EIO' || cause.code === 'EUCLEAN');
}

/**
 * What was only in the page cache may now be served, so it must not vanish with the power. The bytes are
 * written anew: after a failed sync the kernel reads them back as before but holds them for clean, and
 * another sync alone would bring nothing to the medium.
 */
async function makeDurable(file: DiskFile, { from, to }: ByteRange): Promise<void> {
  if (to <= from) return;
  const chunk = Buffer.alloc(Math.min(to - from, 1024 * 1024));
  for (let position = from; position < to; ) {
    const filled = await file.read(chunk.subarray(0, Math.min(chunk.length, to - position)), position);
    if (filled === 0) throw new Error(`bytes that were checked are gone at position ${position}`);
    await file.write([chunk.subarray(0, filled)], position);
    position += filled;
  }
  await file.sync();
}

/**
 * Ends the log at the segment's last good batch. A torn tail was never acknowledged and goes; but where
 * good batches follow the bad one, this may be damage, and what is cut is kept under names that no start reads, which
 * are returned.
 */
async function endLogAt(
  deps: RecoveryDeps,
  segment: Segment,
  laterBases: readonly number[],
  cutBytes: number,
): Promise<readonly string[]> {
  const { dir } = segment;
  const nowMs = deps.clock.now();
  const file = await segment.file();
  const isTorn = laterBases.length === 0 && !(await isFollowedByBatch(file, segment.size));
  const copy = cutName(`${segment.baseOffset}-${segment.size}`, nowMs);
  if (!isTorn) await copyTail(deps, file, segment, { bytes: cutBytes, to: copy });
  await file.truncate(segment.size);
  await file.sync();
  for (const base of laterBases) {
    await deps.disk.rename(segmentFile(dir, base, 'log'), `${dir}/${cutName(String(base), nowMs)}`);
    for (const kind of ['index', 'timeindex', 'txnindex', 'snapshot'] as const) {
      await deps.disk.remove(segmentFile(dir, base, kind));
    }
  }
  await deps.disk.syncDir(dir);
  deps.log.warn('log.tail.cut', {
    dir,
    segment: segment.baseOffset,
    position: segment.size,
    bytes: cutBytes,
    kept: !isTorn,
    laterSegments: laterBases.length,
  });
  return [...(isTorn ? [] : [copy]), ...laterBases.map((base) => cutName(String(base), nowMs))];
}

/** Whether a good batch lies right behind the bad one at `position`, by the bad one's own length. */
async function isFollowedByBatch(file: DiskFile, position: number): Promise<boolean> {
  const header = Buffer.alloc(batchHeaderBytes);
  if ((await file.read(header, position)) < header.length) return false;
  const next = position + batchBytes(header, 0);
  if (next <= position || (await file.read(header, next)) < header.length) return false;
  const size = batchBytes(header, 0);
  if (size < header.length || size > requestBytesMax) return false;
  const batch = Buffer.alloc(size);
  return (await file.read(batch, next)) === size && isWholeBatch(batch, 0);
}

async function copyTail(
  deps: RecoveryDeps,
  file: DiskFile,
  segment: Segment,
  { bytes, to }: { readonly bytes: number; readonly to: string },
): Promise<void> {
  const copy = await deps.disk.open(`${segment.dir}/${to}`);
  const chunk = Buffer.alloc(Math.min(bytes, 1024 * 1024));
  for (let done = 0; done < bytes; ) {
    const filled = await file.read(chunk, segment.size + done);
    if (filled === 0) break;
    await copy.write([chunk.subarray(0, filled)], done);
    done += filled;
  }
  await copy.sync();
  await copy.close();
}

/** The offsets that files of that ending begin at, ascending. */
export function offsetsOf(names: readonly string[], ending: string): number[] {
  return names
    .filter((name) => name.endsWith(ending) && /^\d{20}$/.test(name.slice(0, -ending.length)))
    .map((name) => Number(name.slice(0, -ending.length)))
    .sort((left, right) => left - right);
}
