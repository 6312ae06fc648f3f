import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type DataDirLock =
  | {
      readonly ok: true;
      /** What the lock does not keep out on this machine; null: it keeps out all. */
      readonly warning: string | null;
      /** Of the locked file, among all of this machine since it was booted: no copy of the directory has it. Null without a lock. */
      readonly place: string | null;
      release(): void;
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Keeps a second broker out of the directory, since two writers would ruin the logs. The kernel lets go of the
 * lock with the process that holds it; its file names that process, for whoever is kept out.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  try {
    makeDir(dataDir);
    return takeLock(dataDir);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const reason = reasons[code] ?? `the system refuses it (${code})`;
    return { ok: false, problem: `The directory ${dataDir} cannot be used: ${reason}. Choose another one.` };
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOTDIR: 'it, or what it lies in, is a file',
  ENOENT: 'nothing can be made there',
  ENOSPC: 'its disk is full',
};

/** With its parents, one by one: Node's own recursive way never returns for a path below /proc. */
function makeDir(path: string): void {
  if (existsSync(path)) return;
  makeDir(dirname(path));
  mkdirSync(path, { mode: 0o750 });
}

/** The file stays when the lock is given back: who removed it could remove another broker's. */
function takeLock(dataDir: string): DataDirLock {
  const descriptor = openSync(`${dataDir}/broker.lock`, constants.O_RDWR | constants.O_CREAT, 0o640);
  const held = lockDescriptor(descriptor);
  const [pid = '', started = ''] = readFileSync(descriptor, 'latin1').trim().split(' ');
  const isTaken = held === 'unknown' ? started !== '' && startTimeOf(Number(pid)) === started : !held;
  if (isTaken) {
    closeSync(descriptor);
    return {
      ok: false,
      problem: `Another broker (process ${pid} of this machine or of a container on it) uses ${dataDir}. Stop it, or choose another directory.`,
    };
  }
  writeOwner(descriptor, `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`);
  const warning = held === 'unknown' ? withoutFlock : null;
  const place = held === 'unknown' ? null : placeOf(descriptor);
  return { ok: true, warning, place, release: () => letGo(descriptor) };
}

const withoutFlock =
  'There is no flock(1) (util-linux) on this machine: a second broker in another container would not be kept out of the data directory.';

/**
 * Whether the lock was had. It is flock(2)'s, which Node does not offer: flock(1) takes it for the descriptor that it
 * shares with this process, and it lasts as long as this process has that descriptor, in whatever container.
 */
function lockDescriptor(descriptor: number): boolean | 'unknown' {
  const { status, error, stderr } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return 'unknown';
  if (error !== undefined) throw error;
  if (status === 0 || status === 1) return status === 0;
  throw new Error(`flock ended with ${status}: ${stderr.toString().trim()}`);
}

function placeOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor);
  return `${bootId()}:${dev}:${ino}`;
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

/** Which start of this machine's kernel it is; null: the system does not say. */
export function machineBoot(): string | null {
  return existsSync('/proc/sys/kernel/random/boot_id') ? bootId() : null;
}

function writeOwner(descriptor: number, owner: string): void {
  ftruncateSync(descriptor);
  writeSync(descriptor, owner, 0);
}

function letGo(descriptor: number): void {
  writeOwner(descriptor, '');
  closeSync(descriptor);
}

/**
 * Clock ticks since boot at which the process started (proc(5), field 22); null when there is no such process,
 * or only its entry, which stays (state Z) until a parent has asked how it ended: in a container perhaps never.
 */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    // Not there (or not Linux): nothing that could be holding the lock.
    return null;
  }
}
