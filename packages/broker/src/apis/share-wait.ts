import type { CommitWatcher } from '../partition/commit-watcher.ts';
import type { Runnable } from '../schedule/flow.ts';
import type { RequestContext } from './handler.ts';
import type { SharedRead } from './share-read.ts';

/** Notes, from when it is made, whether the group may have for its members what it could not have before. */
export class ShareChanges {
  isChanged = false;
  wake: (() => void) | null = null;
  readonly end: () => void;

  constructor(context: RequestContext, groupId: string) {
    const name = { clusterId: context.identity.cluster.id, groupId };
    this.end = context.services.groups.shareWaits.add(name, () => {
      this.isChanged = true;
      this.wake?.();
    });
  }
}

/** Waits until there may be something for the member, `leftMs` milliseconds have passed, or nobody is there to be answered. */
export function waitForShared(
  context: RequestContext,
  reads: readonly SharedRead[],
  changes: ShareChanges,
  leftMs: number,
): Promise<'changed' | 'timed-out' | 'connection-ended'> {
  const partitions = reads.flatMap(({ partition }) => (partition === null ? [] : [partition]));
  const isCommitted = reads.some(
    ({ partition, highWatermark }) => partition !== null && partition.highWatermark !== highWatermark,
  );
  if (changes.isChanged || isCommitted) return Promise.resolve('changed');
  const { flow, whenAccessChanges } = context.identity.cluster;
  return new Promise((resolve) => {
    let isWoken = false;
    let isOver = false;
    const end = (outcome: 'changed' | 'timed-out' | 'connection-ended') => {
      isOver = true;
      changes.wake = null;
      for (const partition of partitions) partition.watchers.delete(watcher);
      whenAccessChanges.delete(lookAgain);
      timer.cancel();
      forget();
      resolve(outcome);
    };
    // As a fetch that waits: each in a turn of its own cluster.
    const wake: Runnable = {
      turn() {
        if (!isOver) end('changed');
        return 'done';
      },
    };
    const lookAgain = () => {
      if (isWoken) return;
      isWoken = true;
      context.services.scheduler.ready(flow, wake);
    };
    const watcher: CommitWatcher = { committed: lookAgain };
    changes.wake = lookAgain;
    whenAccessChanges.add(lookAgain);
    for (const partition of partitions) partition.watchers.add(watcher);
    const timer = context.services.deps.clock.after(leftMs, () => end('timed-out'));
    const forget = context.onConnectionEnd(() => end('connection-ended'));
  });
}
