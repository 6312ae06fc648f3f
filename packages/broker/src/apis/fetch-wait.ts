import type { CommitWatcher } from '../partition/commit-watcher.ts';
import type { Partition } from '../partition/partition.ts';
import type { Runnable } from '../schedule/flow.ts';
import type { GatheredPartition } from './fetch-gather.ts';
import type { RequestContext } from './handler.ts';

/**
 * Waits until `bytesMissing` more bytes were committed in the partitions, or who may read them has changed, `leftMs`
 * milliseconds have passed, or nobody is there to be answered. What was committed since the partitions were read counts.
 */
export function waitForMore(
  context: RequestContext,
  gathered: readonly GatheredPartition[],
  bytesMissing: number,
  leftMs: number,
): Promise<'committed' | 'timed-out' | 'connection-ended'> {
  const partitions: Partition[] = [];
  for (const part of gathered) {
    if (part.partition === null) continue;
    if (part.partition.highWatermark !== part.highWatermark) return Promise.resolve('committed');
    partitions.push(part.partition);
  }
  const { flow, whenAccessChanges } = context.identity.cluster;
  return new Promise((resolve) => {
    let missing = bytesMissing;
    let isWoken = false;
    let isOver = false;
    const end = (outcome: 'committed' | 'timed-out' | 'connection-ended') => {
      isOver = true;
      for (const partition of partitions) partition.watchers.delete(watcher);
      whenAccessChanges.delete(lookAgain);
      timer.cancel();
      forget();
      resolve(outcome);
    };
    // A record may wake a thousand that wait, each at thousands of partitions: each in a turn of its own cluster.
    const wake: Runnable = {
      turn() {
        if (!isOver) end('committed');
        return 'done';
      },
    };
    const lookAgain = () => {
      if (isWoken) return;
      isWoken = true;
      context.services.scheduler.ready(flow, wake);
    };
    const watcher: CommitWatcher = {
      committed(bytes) {
        missing -= bytes;
        if (missing <= 0) lookAgain();
      },
    };
    whenAccessChanges.add(lookAgain);
    for (const partition of partitions) partition.watchers.add(watcher);
    const timer = context.services.deps.clock.after(leftMs, () => end('timed-out'));
    const forget = context.onConnectionEnd(() => end('connection-ended'));
  });
}

/** Waits a moment: others' answers may be taken, and leave room for this one. */
export function waitForRoom(context: RequestContext, ms: number): Promise<'timed-out' | 'connection-ended'> {
  return new Promise((resolve) => {
    const timer = context.services.deps.clock.after(ms, () => {
      forget();
      resolve('timed-out');
    });
    const forget = context.onConnectionEnd(() => {
      timer.cancel();
      forget();
      resolve('connection-ended');
    });
  });
}
