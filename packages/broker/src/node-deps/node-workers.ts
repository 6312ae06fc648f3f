import type { Workers } from '../deps.ts';
import { keyDerivationsAtOnceMax, recordTasksAtOnceMax, workerHeapMbMax, workerJobMsMax } from '../limits.ts';
import { type WorkerAnswer, WorkerPool } from './worker-pool.ts';

/** Threads of their own for records and for keys: neither waits for the other, and none of libuv's serve them. */
export function createNodeWorkers(): Workers {
  const options = {
    jobMsMax: workerJobMsMax,
    resourceLimits: { maxOldGenerationSizeMb: workerHeapMbMax, maxYoungGenerationSizeMb: 8 },
  };
  const records = new WorkerPool({ ...options, threadsMax: recordTasksAtOnceMax });
  const keys = new WorkerPool({ ...options, threadsMax: keyDerivationsAtOnceMax });
  return {
    async records(_, task) {
      // A copy: the batch lies in a buffer that it shares with others, and posting copies all of that.
      const answer = await records.run({
        kind: 'records',
        task: { ...task, batch: new Uint8Array(task.batch) },
      });
      if (answer.kind !== 'records') throw failure(answer);
      return answer.answer;
    },
    async recode(_, task) {
      const answer = await records.run({
        kind: 'recoding',
        task: { ...task, batch: new Uint8Array(task.batch) },
      });
      if (answer.kind !== 'recoding') throw failure(answer);
      return answer.answer;
    },
    async compact(_, task) {
      const answer = await records.run({
        kind: 'compaction',
        task: { ...task, batches: new Uint8Array(task.batches) },
      });
      if (answer.kind !== 'compaction') throw failure(answer);
      return answer.answer;
    },
    async matchNames(_, task) {
      const answer = await records.run({ kind: 'names', task });
      if (answer.kind !== 'names') throw failure(answer);
      return answer.names;
    },
    async deriveKey(_, derivation) {
      const answer = await keys.run({ kind: 'key', derivation });
      if (answer.kind !== 'key') throw failure(answer);
      return Buffer.from(answer.key);
    },
  };
}

function failure(answer: WorkerAnswer): Error {
  return new Error(answer.kind === 'failed' ? answer.message : `a worker answered with ${answer.kind}`);
}
