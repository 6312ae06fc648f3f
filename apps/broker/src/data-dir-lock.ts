import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export type DataDirLock =
  | { readonly ok: true; release(): void }
  | { readonly ok: false; readonly problem: string };

/**
 * Keeps a second broker out of the directory, since two writers would ruin the logs. The lock names a
 * process and when it started, so that one left by a killed broker is known for what it is.
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

function takeLock(dataDir: string): DataDirLock {
  const path = `${dataDir}/broker.lock`;
  const own = `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      return { ok: true, release: () => rmSync(path, { force: true }) };
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      const [pid = '', started = ''] = readFileSync(path, 'utf8').trim().split(' ');
      if (startTimeOf(Number(pid)) === started && started !== '') {
        return {
          ok: false,
          problem: `Another broker (process ${pid}) uses ${dataDir}. Stop it, or choose another directory.`,
        };
      }
      rmSync(path, { force: true });
    }
  }
  return { ok: false, problem: `The lock ${path} could not be taken.` };
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
