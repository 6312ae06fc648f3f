import { parentPort } from 'node:worker_threads';
import { type DecodeTask, decodeBatch } from './decode-batch.ts';

// The only file of the API that runs in a thread of its own; record-decoder.ts starts and ends it.
parentPort?.on('message', (task: DecodeTask) => parentPort?.postMessage(decodeBatch(task)));
parentPort?.postMessage('ready');
