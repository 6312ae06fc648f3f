import { isControl } from '@weir/kafka-protocol/record-batch';
import type { Deps } from '../deps.ts';
import { coordinatorTurnMsMax, coordinatorTurnPiecesMax } from '../limits.ts';
import type { Partition } from '../partition/partition.ts';
import { LogReplay, type ReplayedState } from './log-replay.ts';
import { readLog, walkRecords } from './read-log.ts';
import { Slices } from './slices.ts';

export interface LoadedShard<State> {
  readonly state: State;
  /** Of the last whole snapshot in the log, bytes. */
  readonly snapshotBytes: number;
  /** What the log holds behind it, bytes. */
  readonly bytesSince: number;
}

/** The state is that of all that was committed in former terms: in a new one, once all that are in sync were heard of. */
async function whenCommitIsKnown(deps: Pick<Deps, 'clock'>, partition: Partition): Promise<void> {
  while (!partition.isCommitKnown || !partition.hasBegun) {
    if (!partition.isLeader) throw new Error(`${partition.dir} is led by another broker`);
    await new Promise<void>((resolve) => deps.clock.after(commitLookMs, resolve));
  }
}

const commitLookMs = 20;

/**
 * Builds a state from the partition's log, in short turns. What is stored is taken as it is; a record that
 * cannot be read is passed over and told of, as the other groups of the shard have done nothing to deserve to
 * wait for it. Rejects when the disk refuses.
 */
export async function loadShard<State extends ReplayedState>(
  deps: Pick<Deps, 'clock' | 'log'>,
  partition: Partition,
  create: () => State,
): Promise<LoadedShard<State>> {
  const { dir } = partition;
  await partition.open();
  await whenCommitIsKnown(deps, partition);
  const replay = new LogReplay(create);
  const slices = new Slices(deps.clock, coordinatorTurnMsMax, coordinatorTurnPiecesMax);
  const apply = async (bytes: Buffer) => {
    // What a transaction's end means for the state is told by records of its own.
    if (isControl(bytes, 0)) return replay.count(bytes.length);
    for (const record of walkRecords(bytes)) {
      try {
        replay.replay(record, record.offset);
      } catch (cause) {
        deps.log.error('coordinator.record.unreadable', { dir, offset: record.offset }, cause);
      }
      if (slices.isOver()) await slices.giveWay();
    }
    replay.count(bytes.length);
  };
  try {
    await readLog([...(partition.log?.segments ?? [])], partition.highWatermark, {
      batch: apply,
      damaged: ({ segment, position }) => {
        deps.log.error('coordinator.log.damaged', { dir, segment, position });
        replay.damaged();
      },
    });
  } catch (cause) {
    replay.dispose();
    throw cause;
  }
  return replay.finish();
}
