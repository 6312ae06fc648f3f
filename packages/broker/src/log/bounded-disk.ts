import type { Clock, Disk, DiskFile, Log } from '../deps.ts';
import { wholeFileOperationsMax, wholeFileOperationsPerClusterMax } from '../limits.ts';
import { FairQueue } from '../memory/fair-queue.ts';
import { OpenFiles } from './open-files.ts';

export interface DiskBounds {
  /** Descriptors that open files may hold; what works on whole files and directories has its own few. */
  readonly openFilesMax: number;
  /** Reads of open files under way at once. Fewer than the disk's threads, so that writes and syncs never wait behind them. */
  readonly coldReadsMax: number;
  /** Writes and syncs of open files under way at once. */
  readonly writesAtOnceMax: number;
}

/**
 * The disk as the engine uses it: with a bounded number of descriptors, and with reads and work on whole
 * files, and writes and syncs, shared out among clusters, whose directories are the first part of each path.
 */
export function boundDisk(
  disk: Disk,
  log: Pick<Log, 'warn'>,
  bounds: DiskBounds,
  clock: Pick<Clock, 'monotonicMs' | 'after'>,
): Disk {
  const files = new OpenFiles(disk, log, bounds.openFilesMax, clock);
  const reads = new FairQueue({
    runningMax: bounds.coldReadsMax,
    runningPerOwnerMax: Math.ceil(bounds.coldReadsMax / 2),
  });
  // Not fewer than the disk has threads, so that one cluster alone has all of them; who has little to write waits
  // for one piece of another's and not for all that it has.
  const writes = new FairQueue({ runningMax: bounds.writesAtOnceMax });
  const whole = new FairQueue({
    runningMax: wholeFileOperationsMax,
    runningPerOwnerMax: wholeFileOperationsPerClusterMax,
  });
  return {
    list: (dir) => whole.run(ownerOf(dir), () => disk.list(dir)),
    makeDir: (dir) => whole.run(ownerOf(dir), () => disk.makeDir(dir)),
    async open(path, how) {
      return shared(await files.open(path, how), { reads, writes }, ownerOf(path));
    },
    readWhole: (path) => whole.run(ownerOf(path), () => disk.readWhole(path)),
    replace: (path, bytes) => whole.run(ownerOf(path), () => disk.replace(path, bytes)),
    rename: (from, to) => whole.run(ownerOf(from), () => disk.rename(from, to)),
    remove: (path) => whole.run(ownerOf(path), () => disk.remove(path)),
    removeEmpty: (dir) => whole.run(ownerOf(dir), () => disk.removeEmpty(dir)),
    syncDir: (dir) => whole.run(ownerOf(dir), () => disk.syncDir(dir)),
  };
}

function ownerOf(path: string): string {
  const end = path.indexOf('/');
  return end < 0 ? path : path.slice(0, end);
}

interface Queues {
  readonly reads: FairQueue;
  readonly writes: FairQueue;
}

function shared(file: DiskFile, { reads, writes }: Queues, owner: string): DiskFile {
  return {
    size: () => file.size(),
    write: (buffers, position) => writes.run(owner, () => file.write(buffers, position)),
    read: (target, position) => reads.run(owner, () => file.read(target, position)),
    sync: () => writes.run(owner, () => file.sync()),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  };
}
