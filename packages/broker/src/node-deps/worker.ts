import { pbkdf2Sync } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { runNameMatch } from '../consumer-group/name-match.ts';
import { runCompactionTask } from '../log/compaction-task.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { runRecodeTask } from '../partition/recode-task.ts';
import { runRecordTask } from '../partition/record-task.ts';
import type { WorkerAnswer, WorkerJob } from './worker-pool.ts';

// The program of a worker thread: one job at a time, one answer each.

async function run(job: WorkerJob): Promise<WorkerAnswer> {
  try {
    if (job.kind === 'records')
      return { kind: 'records', answer: runRecordTask(job.task, await loadCompression()) };
    if (job.kind === 'recoding')
      return { kind: 'recoding', answer: runRecodeTask(job.task, await loadCompression()) };
    if (job.kind === 'compaction')
      return { kind: 'compaction', answer: runCompactionTask(job.task, await loadCompression()) };
    if (job.kind === 'names') return { kind: 'names', names: runNameMatch(job.task) };
    const { secret, salt, iterations, bytes, digest } = job.derivation;
    return { kind: 'key', key: pbkdf2Sync(secret, salt, iterations, bytes, digest) };
  } catch (cause) {
    return {
      kind: 'failed',
      message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    };
  }
}

/**
 * Where threads have priorities of their own (Linux), this one steps back: what it does is for one tenant,
 * and the main thread and the disk's serve all of them. Elsewhere the bound on threads has to do.
 */
function stepBack(): void {
  try {
    const thread = Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]);
    if (thread > 0 && thread !== process.pid) setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch (cause) {
    // No /proc, or not allowed here: it works as well, at the priority that it has.
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
  }
}

stepBack();
parentPort?.on('message', (job: WorkerJob) => {
  void run(job).then((answer) => parentPort?.postMessage(answer));
});
