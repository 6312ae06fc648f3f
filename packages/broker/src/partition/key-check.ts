import type { ErrorName } from '@weir/kafka-protocol/errors';
import { validateBatch } from '@weir/kafka-protocol/record-batch';
import type { Workers } from '../deps.ts';
import { recordsOnMainThreadBytesMax } from '../limits.ts';
import { QueueFullError } from '../memory/fair-queue.ts';
import type { BatchRules } from './accept-batch.ts';
import { plainBytesMax } from './plain-bytes.ts';
import { isForWorker, type RecordAnswer, runRecordTask } from './record-task.ts';

/** What is known of a batch's keys: an answer, or that there is none to be had now. */
export type KeysKnown = RecordAnswer | { readonly kind: 'unknown' };

/** Whether `append` must be told of the batch's keys, because looking for them takes a worker. */
export function needsKeyCheck(batch: Buffer, rules: BatchRules): boolean {
  if (!rules.isCompacted || batch.length > rules.messageBytesMax) return false;
  return validateBatch(batch, 0, batch.length) === 'NONE' && isForWorker(batch, recordsOnMainThreadBytesMax);
}

/** Lets a worker look for a record without a key. Rejects when the worker died of it. */
export async function checkKeys(
  workers: Pick<Workers, 'records'>,
  clusterId: string,
  batch: Buffer,
  rules: BatchRules,
): Promise<KeysKnown> {
  try {
    return await workers.records(clusterId, {
      batch,
      find: 'keyless',
      plainBytesMax: plainBytesMax(rules.messageBytesMax),
    });
  } catch (cause) {
    if (cause instanceof QueueFullError) return { kind: 'unknown' };
    throw cause;
  }
}

/** Why a compacted topic does not take the batch; null when it does. `known`: what a worker found. */
export function keyRefusal(
  batch: Buffer,
  rules: BatchRules,
  known: KeysKnown | null,
): { readonly error: ErrorName; readonly message: string } | null {
  const answer = known ?? lookHere(batch, rules);
  switch (answer.kind) {
    case 'none':
      return null;
    case 'found':
      return {
        error: 'INVALID_RECORD',
        message: 'A record without a key cannot be kept in a compacted topic.',
      };
    case 'malformed':
      return { error: 'INVALID_RECORD', message: 'The records of the batch cannot be read.' };
    case 'too-large': {
      const max = plainBytesMax(rules.messageBytesMax);
      return {
        error: 'MESSAGE_TOO_LARGE',
        message: `A batch for a compacted topic has at most ${max} bytes without compression.`,
      };
    }
    case 'unknown':
      return {
        error: 'KAFKA_STORAGE_ERROR',
        message: 'The keys of the batch could not be checked; try again.',
      };
  }
}

/** Batches that lie there plain, such as the broker's own: a walk over their bytes. */
function lookHere(batch: Buffer, rules: BatchRules): KeysKnown {
  // The topic has become a compacted one since the batch was looked at.
  if (isForWorker(batch, Number.POSITIVE_INFINITY)) return { kind: 'unknown' };
  return runRecordTask({ batch, find: 'keyless', plainBytesMax: plainBytesMax(rules.messageBytesMax) });
}
