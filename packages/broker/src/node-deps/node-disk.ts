import {
  close as closeFile,
  constants,
  fdatasync,
  fstat,
  ftruncate,
  open as openFile,
  read as readFile,
  write as writeFile,
  writev as writeFiles,
} from 'node:fs';
import { mkdir, open, readdir, readFile as readWholeFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Disk, DiskFile, OpenHow } from '../deps.ts';

const openAsync = promisify(openFile);
const closeAsync = promisify(closeFile);
const syncAsync = promisify(fdatasync);
const truncateAsync = promisify(ftruncate);
const statAsync = promisify(fstat);

/** A directory of the machine's file system. */
export function createNodeDisk(root: string): Disk {
  const at = (path: string) => join(root, path);
  return {
    async list(dir) {
      try {
        return await readdir(at(dir));
      } catch (cause) {
        if (isMissing(cause) || isNoDirectory(cause)) return [];
        throw cause;
      }
    },
    async makeDir(dir) {
      const first = await mkdir(at(dir), { recursive: true });
      if (first === undefined) return;
      for (let made = at(dir); made.length >= dirname(first).length; made = dirname(made)) {
        await syncDirectory(made);
        if (made === dirname(made)) break;
      }
    },
    async open(path, how) {
      const mode = how === 'private' ? 0o600 : 0o640;
      const descriptor = await openAsync(at(path), constants.O_RDWR | openFlags(how), mode);
      return new NodeFile(descriptor);
    },
    async readWhole(path) {
      try {
        return await readWholeFile(at(path));
      } catch (cause) {
        if (isMissing(cause)) return null;
        throw cause;
      }
    },
    async replace(path, bytes) {
      const temporary = `${at(path)}.tmp`;
      const file = await open(temporary, 'w', 0o640);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, at(path));
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    async removeEmpty(dir) {
      try {
        await rmdir(at(dir));
      } catch (cause) {
        if (!hasCode(cause, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw cause;
      }
    },
    syncDir: (dir) => syncDirectory(at(dir)),
  };
}

function openFlags(how?: OpenHow): number {
  if (how === 'durable') return constants.O_DSYNC;
  return how === 'existing' ? 0 : constants.O_CREAT;
}

/**
 * The system gives a closed file's descriptor to the next file that is opened: a read that comes late would
 * read another tenant's bytes. So closing waits for what is under way, and what comes after it is refused.
 */
class NodeFile implements DiskFile {
  readonly #descriptor: number;
  #underWay = 0;
  #isClosed = false;
  #whenIdle: (() => void) | null = null;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async size(): Promise<number> {
    return (await this.#during(() => statAsync(this.#descriptor))).size;
  }

  write(buffers: readonly Buffer[], position: number): Promise<void> {
    return this.#during(
      () =>
        new Promise((resolve, reject) => {
          writeFully(this.#descriptor, buffers, position, (error) =>
            error === null ? resolve() : reject(error),
          );
        }),
    );
  }

  read(target: Buffer, position: number): Promise<number> {
    return this.#during(
      () =>
        new Promise((resolve, reject) => {
          readFully(this.#descriptor, target, position, 0, (error, filled) => {
            if (error === null) resolve(filled);
            else reject(error);
          });
        }),
    );
  }

  sync(): Promise<void> {
    return this.#during(() => syncAsync(this.#descriptor));
  }

  truncate(size: number): Promise<void> {
    return this.#during(() => truncateAsync(this.#descriptor, size));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await closeAsync(this.#descriptor);
  }

  async #during<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error('the file is closed');
    this.#underWay += 1;
    try {
      return await operation();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#whenIdle?.();
    }
  }
}

type Done = (error: NodeJS.ErrnoException | null) => void;

/** One system call in nearly all cases; the kernel may take less than it is given. */
function writeFully(descriptor: number, buffers: readonly Buffer[], position: number, done: Done): void {
  const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  const next = (error: NodeJS.ErrnoException | null, written: number) => {
    if (error !== null || written === total) done(error);
    else writeFully(descriptor, behind(buffers, written), position + written, done);
  };
  const [only] = buffers;
  if (only === undefined) done(null);
  else if (buffers.length === 1) writeFile(descriptor, only, 0, only.length, position, next);
  else writeFiles(descriptor, [...buffers], position, next);
}

function behind(buffers: readonly Buffer[], bytes: number): Buffer[] {
  const left: Buffer[] = [];
  let skip = bytes;
  for (const buffer of buffers) {
    if (skip < buffer.length) left.push(buffer.subarray(skip));
    skip = Math.max(skip - buffer.length, 0);
  }
  return left;
}

function readFully(
  descriptor: number,
  target: Buffer,
  position: number,
  filled: number,
  done: (error: NodeJS.ErrnoException | null, filled: number) => void,
): void {
  if (filled === target.length) {
    done(null, filled);
    return;
  }
  readFile(descriptor, target, filled, target.length - filled, position + filled, (error, count) => {
    if (error !== null || count === 0) done(error, filled);
    else readFully(descriptor, target, position, filled + count, done);
  });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

const isNoDirectory = (cause: unknown): boolean => hasCode(cause, 'ENOTDIR');

const isMissing = (cause: unknown): boolean => hasCode(cause, 'ENOENT');

function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return cause instanceof Error && 'code' in cause && codes.includes(String(cause.code));
}
