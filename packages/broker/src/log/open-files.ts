import type { Clock, Disk, DiskFile, Log, OpenHow, Timer } from '../deps.ts';
import { idleFileMsMax } from '../limits.ts';
import { Queue } from '../memory/queue.ts';

/**
 * Files that are open as far as their users know, over a bounded number of descriptors: one that is idle
 * is closed when another is needed, the longest idle first, or when nobody has used it for a while, and
 * opened again when it is used: so descriptors go with the files that are busy. What was
 * written is synced before its descriptor is closed, because the kernel tells of a failed write only to
 * descriptors that were open then; and nothing under way is ever cut.
 */
export class OpenFiles {
  readonly #disk: Pick<Disk, 'open'>;
  readonly #log: Pick<Log, 'warn'>;
  readonly #descriptorsMax: number;
  readonly #idle = new Set<PooledFile>();
  /** Idle, with bytes that no sync has covered. */
  readonly #idleUnsynced = new Set<PooledFile>();
  readonly #waiting = new Queue<() => void>();
  #descriptors = 0;
  /** Descriptors on their way out: being synced for it, or being closed. */
  #leaving = 0;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  #sweep: Timer | null = null;

  constructor(
    disk: Pick<Disk, 'open'>,
    log: Pick<Log, 'warn'>,
    descriptorsMax: number,
    clock: Pick<Clock, 'monotonicMs' | 'after'>,
  ) {
    this.#clock = clock;
    this.#disk = disk;
    this.#log = log;
    this.#descriptorsMax = descriptorsMax;
  }

  get descriptors(): number {
    return this.#descriptors;
  }

  /** The file, which is there when this resolves. */
  async open(path: string, how?: OpenHow): Promise<DiskFile> {
    return new PooledFile(this, path, await this.openDescriptor(path, how), how === 'durable');
  }

  async openDescriptor(path: string, how?: OpenHow): Promise<DiskFile> {
    await this.#takePlace();
    try {
      return await this.#disk.open(path, how);
    } catch (cause) {
      this.#givePlace();
      throw cause;
    }
  }

  /** Closes a descriptor whose file's user is done with it. */
  async closeDescriptor(descriptor: DiskFile): Promise<void> {
    try {
      await descriptor.close();
    } finally {
      this.#givePlace();
    }
  }

  busy(file: PooledFile): void {
    this.#idle.delete(file);
    this.#idleUnsynced.delete(file);
  }

  idle(file: PooledFile): void {
    file.idleSinceMs = this.#clock.monotonicMs();
    if (this.#sweep === null) this.#sweepLater();
    (file.mustBeSynced ? this.#idleUnsynced : this.#idle).add(file);
    this.#makeRoom();
  }

  #sweepLater(): void {
    this.#sweep = this.#clock.after(idleFileMsMax, () => {
      this.#sweep = null;
      const until = this.#clock.monotonicMs() - idleFileMsMax;
      for (const idle of [this.#idle, this.#idleUnsynced]) {
        // Each is in the order in which its files became idle.
        for (const file of idle) {
          if (file.idleSinceMs > until) break;
          // Once it is synced it is idle anew, and goes the next time.
          void (file.mustBeSynced ? syncToLeave(file) : this.#close(file));
        }
      }
      if (this.#idle.size > 0 || this.#idleUnsynced.size > 0) this.#sweepLater();
    });
  }

  #takePlace(): Promise<void> {
    if (this.#descriptors < this.#descriptorsMax) {
      this.#descriptors += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#makeRoom();
    });
  }

  #givePlace(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#descriptors -= 1;
    if (this.#descriptors > 0) return;
    // Nothing is open: nothing is left to be done for it, and nothing keeps the process.
    this.#sweep?.cancel();
    this.#sweep = null;
  }

  #makeRoom(): void {
    while (this.#leaving < this.#waiting.length) {
      const file = first(this.#idle) ?? first(this.#idleUnsynced);
      if (file === null) return;
      this.#leaving += 1;
      const left = file.mustBeSynced ? syncToLeave(file) : this.#close(file);
      void left.then(() => {
        this.#leaving -= 1;
        this.#makeRoom();
      });
    }
  }

  async #close(file: PooledFile): Promise<void> {
    this.busy(file);
    const descriptor = file.takeDescriptor();
    if (descriptor === null) return;
    try {
      await this.closeDescriptor(descriptor);
    } catch (cause) {
      // All of its bytes were synced, or are known to have failed: nothing is lost with it.
      this.#log.warn('file.close.failed', { path: file.path }, cause);
    }
  }
}

/** A sync like any other: once it is over the file is idle with nothing unsynced, or has kept its failure. */
function syncToLeave(file: PooledFile): Promise<void> {
  return file.sync().catch(() => undefined);
}

function first<T>(items: ReadonlySet<T>): T | null {
  for (const item of items) return item;
  return null;
}

class PooledFile implements DiskFile {
  readonly path: string;
  /** When it was last used, monotonic milliseconds; of an idle file. */
  idleSinceMs = 0;
  readonly #files: OpenFiles;
  readonly #isDurable: boolean;
  #descriptor: DiskFile | null;
  #opening: Promise<DiskFile> | null = null;
  #underWay = 0;
  /** Writes and truncations that have returned, and how many of them a sync has covered. */
  #changes = 0;
  #changesSynced = 0;
  #failure: { readonly cause: unknown } | null = null;
  /** Settles, and never rejects, when the sync under way is over. */
  #syncing: Promise<void> | null = null;
  #isClosed = false;
  #whenIdle: (() => void) | null = null;

  constructor(files: OpenFiles, path: string, descriptor: DiskFile, isDurable: boolean) {
    this.#files = files;
    this.path = path;
    this.#isDurable = isDurable;
    this.#descriptor = descriptor;
    files.idle(this);
  }

  get mustBeSynced(): boolean {
    return this.#changes !== this.#changesSynced && this.#failure === null;
  }

  /** Leaves the file without a descriptor; only of an idle file. */
  takeDescriptor(): DiskFile | null {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    return descriptor;
  }

  size(): Promise<number> {
    return this.#during((file) => file.size());
  }

  read(target: Buffer, position: number): Promise<number> {
    return this.#during((file) => file.read(target, position));
  }

  write(buffers: readonly Buffer[], position: number): Promise<void> {
    return this.#change((file) => file.write(buffers, position));
  }

  truncate(size: number): Promise<void> {
    return this.#change((file) => file.truncate(size));
  }

  sync(): Promise<void> {
    return this.#during(async (file) => {
      // One at a time: of bytes that could not be written the kernel tells once, and whoever asked beside would
      // take them for durable.
      while (this.#syncing !== null) await this.#syncing;
      this.#refuseAfterFailure();
      const changes = this.#changes;
      const syncing = file.sync();
      const settled = () => {
        this.#syncing = null;
      };
      this.#syncing = syncing.then(settled, settled);
      try {
        await syncing;
      } catch (cause) {
        // The kernel holds the bytes for clean from now on: no later sync would tell of them.
        this.#failure ??= { cause };
        throw cause;
      }
      this.#changesSynced = Math.max(this.#changesSynced, changes);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    this.#files.busy(this);
    const descriptor = this.takeDescriptor();
    if (descriptor !== null) await this.#files.closeDescriptor(descriptor);
  }

  #change(operation: (file: DiskFile) => Promise<void>): Promise<void> {
    return this.#during(async (file) => {
      this.#refuseAfterFailure();
      try {
        await operation(file);
      } catch (cause) {
        // Each of its writes is a sync as well.
        if (this.#isDurable) this.#failure ??= { cause };
        throw cause;
      } finally {
        // Also one that failed may have changed something.
        if (!this.#isDurable) this.#changes += 1;
      }
    });
  }

  #refuseAfterFailure(): void {
    if (this.#failure === null) return;
    throw new Error(`${this.path}: an earlier sync failed`, { cause: this.#failure.cause });
  }

  async #during<T>(operation: (file: DiskFile) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error(`${this.path} is closed`);
    this.#underWay += 1;
    if (this.#underWay === 1) this.#files.busy(this);
    try {
      return await operation(this.#descriptor ?? (await this.#openAgain()));
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#rest();
    }
  }

  #rest(): void {
    if (this.#isClosed) this.#whenIdle?.();
    else if (this.#descriptor !== null) this.#files.idle(this);
  }

  /** Never made anew: a file that is gone stays gone. */
  #openAgain(): Promise<DiskFile> {
    this.#opening ??= this.#files.openDescriptor(this.path, this.#isDurable ? 'durable' : 'existing').then(
      (descriptor) => {
        this.#descriptor = descriptor;
        this.#opening = null;
        return descriptor;
      },
      (cause: unknown) => {
        this.#opening = null;
        throw cause;
      },
    );
    return this.#opening;
  }
}
