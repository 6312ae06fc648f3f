import type { Deps } from '../deps.ts';
import { coordinatorSnapshotTurnBytes } from '../limits.ts';
import type { Appended } from '../partition/appended.ts';
import type { Partition } from '../partition/partition.ts';
import { encodeRecordBatch } from './batches.ts';
import type { CoordinatorRecord } from './outcome.ts';
import { snapshotMark } from './snapshot-records.ts';

export interface SnapshotSource {
  /** The whole state as records, each as the state is at the moment when it is asked for. */
  snapshot(): Iterable<CoordinatorRecord>;
}

export interface SnapshotTarget {
  readonly partition: Partition;
  readonly append: (batch: Buffer) => Appended;
  /** Whether the state is still the shard's: one that was dropped must write no more. */
  readonly isCurrent: () => boolean;
}

/**
 * Writes the state into the log that it came from, a turn at a time, with whatever is decided meanwhile in
 * between: each record tells of the state as of its own place in the log, and what comes behind it is replayed
 * upon it. Once the end is committed, all before the begin is dropped. Returns the snapshot's bytes; null
 * where it was not finished, which leaves everything as it was.
 */
export async function writeSnapshot(
  deps: Pick<Deps, 'clock' | 'log'>,
  target: SnapshotTarget,
  source: SnapshotSource,
): Promise<number | null> {
  const { partition } = target;
  const records = source.snapshot()[Symbol.iterator]();
  let bytes = 0;
  const write = async (batch: readonly CoordinatorRecord[]): Promise<number | null> => {
    const encoded = encodeRecordBatch(batch, deps.clock.now());
    const appended = target.append(encoded);
    if (!appended.ok) return null;
    bytes += encoded.length;
    // One turn's bytes are under way at a time: a snapshot never stands before what its tenants write.
    const error = await appended.committed;
    return error === 'NONE' && target.isCurrent() ? appended.baseOffset : null;
  };
  partition.log?.rollBeforeNext();
  const beginOffset = await write([snapshotMark({ kind: 'begin' })]);
  if (beginOffset === null) return null;
  for (;;) {
    // Taken and appended in one turn: a record held over would undo what was decided after it was taken.
    const turn = takeBytes(records, coordinatorSnapshotTurnBytes);
    if (turn.length === 0) break;
    if ((await write(turn)) === null) return null;
  }
  if ((await write([snapshotMark({ kind: 'end', beginOffset })])) === null) return null;
  await partition.log?.dropBefore(beginOffset);
  return bytes;
}

/** The next records up to about so many bytes; none at the end. */
function takeBytes(records: Iterator<CoordinatorRecord>, bytesMax: number): CoordinatorRecord[] {
  const taken: CoordinatorRecord[] = [];
  for (let bytes = 0; bytes < bytesMax; ) {
    const next = records.next();
    if (next.done === true) break;
    taken.push(next.value);
    bytes += next.value.key.length + (next.value.value?.length ?? 0);
  }
  return taken;
}
