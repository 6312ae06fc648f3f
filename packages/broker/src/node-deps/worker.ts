import { pbkdf2Sync } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { loadCompression } from '../log/compression-loader.ts';
import { runRecordTask } from '../partition/record-task.ts';
import type { WorkerAnswer, WorkerJob } from './worker-pool.ts';

// The program of a worker thread: one job at a time, one answer each.

async function run(job: WorkerJob): Promise<WorkerAnswer> {
  try {
    if (job.kind === 'records')
      return { kind: 'records', answer: runRecordTask(job.task, await loadCompression()) };
    const { secret, salt, iterations, bytes, digest } = job.derivation;
    return { kind: 'key', key: pbkdf2Sync(secret, salt, iterations, bytes, digest) };
  } catch (cause) {
    return {
      kind: 'failed',
      message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    };
  }
}

parentPort?.on('message', (job: WorkerJob) => {
  void run(job).then((answer) => parentPort?.postMessage(answer));
});
