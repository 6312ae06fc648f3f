import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseRange, Problem } from './cases.ts';

const pollMs = 500;
/** Codecs that are compiled late, and what the collector has not looked at. */
const grownBytesMax = 48 * 1024 * 1024;
const complaintsMax = 2_000;

export interface WatchOptions {
  /** A case that is under way for so long hangs; on a machine that is busy with others as well. */
  readonly hangMs: number;
  /** The script in which the cases are tried. */
  readonly worker: string;
}

const usual: WatchOptions = { hangMs: 60_000, worker: join(import.meta.dirname, 'worker.ts') };

interface Report {
  readonly problems: readonly Problem[];
  readonly grownBytes: number;
}

/** Tries the cases in a process of their own: that it dies or hangs is a problem of the case that was under way. */
export async function watch(
  target: string,
  range: CaseRange,
  { hangMs, worker }: WatchOptions = usual,
): Promise<readonly Problem[]> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-fuzz-'));
  const file = join(directory, 'case');
  writeFileSync(file, Buffer.alloc(8));
  const { seed, from, count } = range;
  const child = fork(worker, [target, ...[seed, from, count].map(String), file], {
    execArgv: ['--expose-gc', '--max-old-space-size=1024'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const current = () => readFileSync(file).readDoubleLE(0);
  const guard = guarded(child, current, hangMs);
  try {
    const { report, end } = await endOf(child);
    if (guard.hasHung())
      return [{ at: current(), what: `it hangs: nothing happened for ${hangMs / 1_000} s` }];
    return report === null || end !== '0'
      ? [{ at: current(), what: `the process ended with ${end}` }]
      : problemsOf(report, from + count - 1);
  } finally {
    guard.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Ends the process when its case stays the same for too long. */
function guarded(child: ChildProcess, current: () => number, hangMs: number) {
  let hung = false;
  let last = { at: -1, sinceMs: performance.now() };
  const timer = setInterval(() => {
    const at = current();
    if (at !== last.at) last = { at, sinceMs: performance.now() };
    if (performance.now() - last.sinceMs < hangMs) return;
    hung = true;
    child.kill('SIGKILL');
  }, pollMs);
  return { hasHung: () => hung, stop: () => clearInterval(timer) };
}

/** What the process told, if it did, and its exit code or signal with what it complained of. */
function endOf(child: ChildProcess): Promise<{ readonly report: Report | null; readonly end: string }> {
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString()}`.slice(-complaintsMax);
  });
  let report: Report | null = null;
  child.once('message', (message) => {
    report = message as Report; // Of our own worker, in its own form.
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ report, end: code === 0 ? '0' : `${signal ?? code}\n${complaints}` });
    });
  });
}

function problemsOf({ problems, grownBytes }: Report, lastAt: number): readonly Problem[] {
  if (grownBytes <= grownBytesMax) return problems;
  const what = `${Math.round(grownBytes / 2 ** 20)} MiB more are in use than before`;
  return [...problems, { at: lastAt, what }];
}
