import { parentPort } from 'node:worker_threads';
import { type DecodeTask, decodeBatch, type ShownRecord } from './decode-batch.ts';

/** What the thread answers to a task. */
export interface DecodeAnswer {
  readonly records: readonly ShownRecord[] | null;
  /** Of this thread on a processor, milliseconds: how busy the machine is must not count against a batch. */
  readonly ranMs: number;
}

const decode = (task: DecodeTask): DecodeAnswer => {
  const before = process.threadCpuUsage();
  const records = decodeBatch(task);
  const { user, system } = process.threadCpuUsage(before);
  return { records, ranMs: (user + system) / 1_000 };
};

// The only file of the API that runs in a thread of its own; record-decoder.ts starts and ends it.
parentPort?.on('message', (task: DecodeTask) => parentPort?.postMessage(decode(task)));
parentPort?.postMessage('ready');
