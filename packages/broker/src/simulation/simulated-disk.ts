import { cellClusterId } from '../coordinator/internal-topic.ts';
import type { Disk, DiskFile, OpenHow } from '../deps.ts';
import { type Bug, type Faults, noFaults } from './faults.ts';
import { Happened } from './happened.ts';
import { bytesWithBug, namesWithBug } from './planted-in-disk.ts';
import type { World } from './world.ts';

const sectorBytes = 512;

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number };

/** A growing run of bytes. */
class Bytes {
  private bytes = Buffer.alloc(0);
  size = 0;

  apply(change: Change): void {
    if (change.kind === 'truncate') this.resize(change.size);
    else {
      const end = change.position + change.bytes.length;
      if (end > this.size) this.resize(end);
      change.bytes.copy(this.bytes, change.position);
    }
  }

  read(target: Buffer, position: number): number {
    if (position >= this.size) return 0;
    return this.bytes.copy(target, 0, position, Math.min(this.size, position + target.length));
  }

  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.size));
  }

  /** What is gained is zeros, as in a file. */
  private resize(size: number): void {
    if (size > this.bytes.length) {
      const grown = Buffer.alloc(Math.max(size, this.bytes.length * 2, 4096));
      this.bytes.copy(grown, 0, 0, this.size);
      this.bytes = grown;
    } else if (size > this.size) this.bytes.fill(0, this.size, size);
    this.size = size;
  }
}

/** A file: what reads see, what would survive a power cut, and the changes between the two in order. */
class Inode {
  readonly seen = new Bytes();
  readonly durable = new Bytes();
  unsynced: Change[] = [];

  /** One that holds these bytes for good. */
  static of(bytes: Buffer): Inode {
    const inode = new Inode();
    inode.apply({ kind: 'write', position: 0, bytes });
    inode.sync(1);
    return inode;
  }

  apply(change: Change): void {
    this.seen.apply(change);
    this.unsynced.push(change);
  }

  sync(count: number, from = 0): void {
    for (const change of this.unsynced.splice(from, count)) this.durable.apply(change);
  }

  /** A write that is to be durable carries the file's size with it: what was cut off before is cut off for good. */
  syncSizes(): void {
    const isCut = (change: Change) => change.kind === 'truncate';
    for (const change of this.unsynced.filter(isCut)) this.durable.apply(change);
    this.unsynced = this.unsynced.filter((change) => !isCut(change));
  }
}

/** The files of a disk, by path. */
export type DiskCopy = ReadonlyMap<string, Buffer>;

type Entry = { readonly path: string; readonly inode: Inode | null };

/** Changes of directory entries that belong together: none of them or all of them survive. */
interface NameChange {
  readonly dirs: readonly string[];
  readonly entries: readonly Entry[];
}

interface InFlight {
  readonly inode: Inode;
  readonly position: number;
  readonly buffers: readonly Buffer[];
}

/**
 * A disk with a page cache that a power cut empties: of what was not synced each 512-byte sector may or may
 * not have reached the medium, or the file's length alone, and the entries of each directory survive in the order in
 * which they were made. It outlives the broker; each life gets a Disk of its own by `mount`, dead with that life.
 */
export class SimulatedDisk {
  faults: Faults;
  private readonly world: World;
  private readonly bug: Bug | null;
  private names = new Map<string, Inode>();
  private durableNames = new Map<string, Inode>();
  private nameChanges: NameChange[] = [];
  private readonly inFlight = new Set<InFlight>();
  private readonly happened: Happened;
  private fullUntilMs = 0;
  /** Until then every operation takes as long as a slow one. */
  slowUntilMs = 0;
  /** For now it refuses nothing. */
  isSpared = false;
  /** Told when it refuses something. */
  onRefusal: () => void = () => undefined;

  constructor(world: World, faults: Faults, bug: Bug | null, happened = new Happened()) {
    this.world = world;
    this.faults = faults;
    this.bug = bug;
    this.happened = happened;
  }

  /** The process is gone, the machine is not: a write under way may have been done in part. */
  kill(): void {
    for (const { inode, position, buffers } of this.inFlight) {
      const bytes = Buffer.concat(buffers);
      const kept = this.world.random.integer(0, bytes.length);
      if (kept > 0) inode.apply({ kind: 'write', position, bytes: bytes.subarray(0, kept) });
    }
    this.inFlight.clear();
  }

  /** The machine is gone, and its disk with it: another, empty one takes its place. */
  lose(): void {
    this.kill();
    this.nameChanges = [];
    this.names = new Map();
    this.durableNames = new Map();
  }

  /** The machine is gone: only what was synced is sure. */
  cutPower(): void {
    this.kill();
    for (const change of this.survivingNames()) applyNames(this.durableNames, change);
    this.nameChanges = [];
    this.names = new Map(this.durableNames);
    for (const [path, inode] of this.names) this.names.set(path, this.afterPowerCut(inode));
    this.durableNames = new Map(this.names);
  }

  /** Of each directory some of its first changes: what was made later in another one may be there, and what was made here not. */
  private survivingNames(): NameChange[] {
    const { random } = this.world;
    const left = new Map<string, number>();
    for (const { dirs } of this.nameChanges)
      for (const dir of new Set(dirs)) left.set(dir, (left.get(dir) ?? 0) + 1);
    for (const [dir, count] of left) left.set(dir, random.integer(0, count));
    return this.nameChanges.filter(({ dirs }) => {
      const survives = dirs.every((dir) => (left.get(dir) ?? 0) > 0);
      for (const dir of new Set(dirs)) left.set(dir, survives ? (left.get(dir) ?? 0) - 1 : 0);
      return survives;
    });
  }

  /** What the medium has of the file, as a file of its own. */
  private afterPowerCut(inode: Inode): Inode {
    const { random } = this.world;
    const fate = random.pick(['lost', 'kept', 'torn', 'only its length'] as const);
    for (const change of inode.unsynced) {
      if (fate === 'lost') break;
      if (fate === 'only its length' && change.kind === 'write') {
        const { position, bytes } = change;
        const isLonger = position + bytes.length > inode.durable.size;
        if (isLonger) inode.durable.apply({ kind: 'truncate', size: position + bytes.length });
        continue;
      }
      if (fate === 'kept' || change.kind === 'truncate') {
        if (fate === 'kept' || random.chance(0.5)) inode.durable.apply(change);
        continue;
      }
      for (let at = 0; at < change.bytes.length; at += sectorBytes) {
        const bytes = change.bytes.subarray(at, at + sectorBytes);
        if (random.chance(0.7)) inode.durable.apply({ kind: 'write', position: change.position + at, bytes });
      }
    }
    return Inode.of(inode.durable.copy());
  }

  /** What is on it at this moment. */
  copy(): DiskCopy {
    return new Map([...this.names].map(([path, inode]) => [path, inode.seen.copy()]));
  }

  /** The machine is gone, and comes back with what was on its disk once. */
  setBack(copy: DiskCopy): void {
    this.lose();
    for (const [path, bytes] of copy) this.names.set(path, Inode.of(Buffer.from(bytes)));
    this.durableNames = new Map(this.names);
  }

  mount(isAlive: () => boolean): Disk {
    const later = <T>(operation: () => T): Promise<T> => this.later(isAlive, operation);
    const grow = <T>(operation: () => T): Promise<T> => this.later(isAlive, operation, true);
    /** Paths that this life has opened. */
    const opened = new Set<string>();
    return {
      list: (dir) => later(() => this.list(dir)),
      // The engine may count on directories: they are durable once made.
      makeDir: () => later(() => undefined),
      open: (path, how) => {
        const name = how === 'durable' ? `${path} (durable)` : path;
        const isNew = how === undefined || how === 'private';
        if (!isNew && opened.has(name)) this.happened.add('file closed and opened again');
        opened.add(name);
        const isDurable = how === 'durable';
        return (isNew ? grow : later)(() => this.file(path, this.openInode(path, how), isDurable, isAlive));
      },
      readWhole: (path) => later(() => this.names.get(path)?.seen.copy() ?? null),
      replace: (path, bytes) => grow(() => this.replace(path, bytesWithBug(this.bug, path, bytes))),
      rename: (from, to) => later(() => this.rename(from, to)),
      remove: (path) => later(() => this.remove(path)),
      // Directories are there as long as anything is in them.
      removeEmpty: () => later(() => undefined),
      syncDir: (dir) => later(() => this.syncDir(dir)),
    };
  }

  private file(path: string, inode: Inode, isDurable: boolean, isAlive: () => boolean): DiskFile {
    const later = <T>(operation: () => T): Promise<T> => this.later(isAlive, operation);
    return {
      size: () => later(() => inode.seen.size),
      write: (buffers, position) => this.write(isAlive, path, { inode, position, buffers }, isDurable),
      read: (target, position) => {
        if (path.endsWith('.log')) this.happened.add('cold read');
        return later(() => inode.seen.read(target, position));
      },
      sync: () => {
        // Only what was written before the call is promised.
        const count = inode.unsynced.length;
        return later(() => this.sync(inode, count));
      },
      truncate: (size) => later(() => inode.apply({ kind: 'truncate', size })),
      close: () => later(() => undefined),
    };
  }

  private write(isAlive: () => boolean, path: string, inFlight: InFlight, isDurable: boolean): Promise<void> {
    const { inode, position, buffers } = inFlight;
    this.inFlight.add(inFlight);
    const done = this.later(
      isAlive,
      () => {
        // Taken only now: whoever changes the buffers before the write returns gets what it asked for.
        const isCut = this.bug === 'write-cut-short' && buffers.length > 1;
        const bytes = bytesWithBug(this.bug, path, Buffer.concat(isCut ? buffers.slice(0, -1) : buffers));
        if (this.bug === 'write-flips-bit' && this.world.random.chance(0.02) && bytes.length > 0) {
          const at = this.world.random.integer(0, bytes.length - 1);
          bytes[at] = (bytes[at] ?? 0) ^ 0x10;
        }
        if (!this.isSpared && this.world.random.chance(this.faults.writeErrorRate)) {
          const written = this.world.random.integer(0, bytes.length);
          inode.apply({ kind: 'write', position, bytes: bytes.subarray(0, written) });
          throw new Error('EIO: simulated write error');
        }
        if (isDurable) inode.syncSizes();
        inode.apply({ kind: 'write', position, bytes });
        if (isDurable) this.sync(inode, 1, inode.unsynced.length - 1);
      },
      true,
    );
    const settled = () => this.inFlight.delete(inFlight);
    done.then(settled, settled);
    return done;
  }

  private sync(inode: Inode, count: number, from = 0): void {
    if (!this.isSpared && this.world.random.chance(this.faults.syncErrorRate)) {
      // As kernels do it: what could not be written back counts as clean from now on, is read as before,
      // and no later sync brings it to the medium.
      inode.unsynced.splice(from, count);
      throw new Error('EIO: simulated sync error');
    }
    if (this.bug !== 'sync-lies') inode.sync(Math.min(count, inode.unsynced.length), from);
  }

  private list(dir: string): string[] {
    const prefix = dir === '' ? '' : `${dir}/`;
    const inside = [...this.names.keys()].filter((path) => path.startsWith(prefix));
    return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))];
  }

  private openInode(path: string, how?: OpenHow): Inode {
    const known = this.names.get(path);
    if (known !== undefined) return known;
    if (how === 'existing' || how === 'durable') throw new Error(`ENOENT: ${path}`);
    const inode = new Inode();
    this.changeNames([{ path, inode }]);
    if (path.endsWith('.log') && !path.endsWith('/00000000000000000000.log')) this.happened.add('roll');
    return inode;
  }

  /** As a file written aside, synced, and renamed over the old one. */
  private replace(path: string, bytes: Buffer): void {
    if (path.endsWith('/recovery-point')) this.happened.add('checkpoint');
    this.changeNames([{ path, inode: Inode.of(bytes) }]);
  }

  private rename(from: string, to: string): void {
    const moved = [...this.names].filter(([path]) => path === from || path.startsWith(`${from}/`));
    if (moved.length === 0) throw new Error(`ENOENT: ${from}`);
    this.changeNames(
      moved.flatMap(([path, inode]) => [
        { path, inode: null },
        { path: to + path.slice(from.length), inode },
      ]),
    );
  }

  private remove(path: string): void {
    const names = [...this.names.keys()];
    const gone = names.filter((name) => name === path || name.startsWith(`${path}/`));
    gone.push(...namesWithBug(this.bug, path, names));
    if (path.endsWith('.log') && gone.length > 0)
      this.happened.add(path.startsWith(`${cellClusterId}/`) ? 'coordinator truncation' : 'retention');
    for (const name of gone) this.changeNames([{ path: name, inode: null }]);
  }

  private changeNames(entries: readonly Entry[]): void {
    const change = { dirs: entries.map((entry) => dirOf(entry.path)), entries };
    applyNames(this.names, change);
    this.nameChanges.push(change);
  }

  private syncDir(dir: string): void {
    if (this.bug === 'directory-sync-lies') return;
    for (const change of this.nameChanges)
      if (change.dirs.includes(dir)) applyNames(this.durableNames, change);
    this.nameChanges = this.nameChanges.filter((change) => !change.dirs.includes(dir));
  }

  /** Whatever the disk is asked for may be refused; for what makes it fuller there may be no room for a while. */
  private refuse(needsRoom: boolean): void {
    const { world, faults } = this;
    if (this.isSpared) return;
    if (faults.fullDiskRate > 0 && world.random.chance(faults.fullDiskRate))
      this.fullUntilMs = world.now + world.delay(10, 3_000);
    const isFull = needsRoom && world.now < this.fullUntilMs;
    if (!isFull && !(faults.refusalRate > 0 && world.random.chance(faults.refusalRate))) return;
    this.happened.add('disk error');
    throw new Error(isFull ? 'ENOSPC: simulated full disk' : 'EIO or EMFILE: simulated refusal');
  }

  /** From now on nothing goes wrong, and there is room. */
  heal(): void {
    this.faults = noFaults;
    this.fullUntilMs = 0;
    this.slowUntilMs = 0;
  }

  private later<T>(isAlive: () => boolean, operation: () => T, needsRoom = false): Promise<T> {
    const { world, faults } = this;
    const isSlow = world.random.chance(faults.slowDiskRate) || world.now < this.slowUntilMs;
    const ms = isSlow ? world.delay(20, 300) : world.delay(0.02, 3);
    return new Promise((resolve, reject) => {
      world.after(ms, () => {
        // Nobody is there any more to be answered, and nothing that was asked happens.
        if (!isAlive()) return;
        try {
          this.refuse(needsRoom);
          resolve(operation());
        } catch (cause) {
          reject(cause);
          this.onRefusal();
        }
      });
    });
  }
}

function dirOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function applyNames(names: Map<string, Inode>, change: NameChange): void {
  for (const { path, inode } of change.entries) {
    if (inode === null) names.delete(path);
    else names.set(path, inode);
  }
}
