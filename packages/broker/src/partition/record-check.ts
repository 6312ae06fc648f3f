import type { ErrorName } from '@weir/kafka-protocol/errors';
import { batchBaseOffset, validateBatch } from '@weir/kafka-protocol/record-batch';
import type { Workers } from '../deps.ts';
import { recordsOnMainThreadBytesMax } from '../limits.ts';
import { QueueFullError } from '../memory/fair-queue.ts';
import type { BatchRules } from './accept-batch.ts';
import { plainBytesMax } from './plain-bytes.ts';
import { isForWorker, type RecordAnswer, type RecordTask, runRecordTask } from './record-task.ts';

/** What is known of a batch's records: an answer, or that there is none to be had now. */
export type RecordsKnown = RecordAnswer | { readonly kind: 'unknown' };

/** A batch that is refused for a record in it. */
export interface RecordRefusal {
  readonly error: ErrorName;
  readonly message: string;
  /** The record's place in the batch, from 0; null where it is not one of them. */
  readonly recordIndex: number | null;
}

/**
 * What no record of the batch may be, beyond what its header tells; null where the header tells enough. Of the
 * times that a header does not tell one is too early, which most topics do not mind (KIP-937).
 */
function wantedOf(rules: BatchRules, now: number): Extract<RecordTask['find'], { kind: 'unfit' }> | null {
  const { isCompacted, timestampAfterMsMax, timestampBeforeMsMax } = rules;
  const isBound = rules.timestampType === 'CreateTime' && timestampBeforeMsMax < now;
  if (!isCompacted && !isBound) return null;
  const times = isBound ? { from: now - timestampBeforeMsMax, to: now + timestampAfterMsMax } : null;
  return { kind: 'unfit', isKeyless: isCompacted, times };
}

/** Whether `append` must be told of the batch's records, because looking at them takes a worker. */
export function needsRecordCheck(batch: Buffer, rules: BatchRules, now: number): boolean {
  if (wantedOf(rules, now) === null || batch.length > rules.messageBytesMax) return false;
  return validateBatch(batch, 0, batch.length) === 'NONE' && isForWorker(batch, recordsOnMainThreadBytesMax);
}

/** Lets a worker look for a record that is unfit. Rejects when the worker died of it. */
export async function checkRecords(
  workers: Pick<Workers, 'records'>,
  clusterId: string,
  batch: Buffer,
  rules: BatchRules,
  now: number,
): Promise<RecordsKnown> {
  const find = wantedOf(rules, now);
  if (find === null) return { kind: 'none' };
  try {
    return await workers.records(clusterId, {
      batch,
      find,
      plainBytesMax: plainBytesMax(rules.messageBytesMax),
    });
  } catch (cause) {
    if (cause instanceof QueueFullError) return { kind: 'unknown' };
    throw cause;
  }
}

/** Why the topic does not take one of the records; null when it takes all. `known`: what a worker found. */
export function recordRefusal(
  batch: Buffer,
  rules: BatchRules,
  now: number,
  known: RecordsKnown | null,
): RecordRefusal | null {
  const find = wantedOf(rules, now);
  if (find === null) return null;
  const answer = known ?? lookHere(batch, rules, find);
  switch (answer.kind) {
    case 'none':
      return null;
    case 'found':
      return { ...unfit(answer, rules, now), recordIndex: answer.offset - batchBaseOffset(batch, 0) };
    case 'malformed':
      return {
        error: 'INVALID_RECORD',
        message: 'The records of the batch cannot be read.',
        recordIndex: null,
      };
    case 'too-large': {
      const max = plainBytesMax(rules.messageBytesMax);
      const message = `A batch whose records are looked at has at most ${max} bytes without compression.`;
      return { error: 'MESSAGE_TOO_LARGE', message, recordIndex: null };
    }
    case 'unknown': {
      const message = 'The records of the batch could not be looked at; try again.';
      return { error: 'KAFKA_STORAGE_ERROR', message, recordIndex: null };
    }
  }
}

/** Which record a batch is refused for whose header tells of a time out of bounds; null where a look would cost much. */
export function untimelyIndex(batch: Buffer, rules: BatchRules, now: number): number | null {
  if (isForWorker(batch, recordsOnMainThreadBytesMax)) return null;
  const times = { from: now - rules.timestampBeforeMsMax, to: now + rules.timestampAfterMsMax };
  const find = { kind: 'unfit', isKeyless: false, times } as const;
  const answer = runRecordTask({ batch, find, plainBytesMax: plainBytesMax(rules.messageBytesMax) });
  return answer.kind === 'found' ? answer.offset - batchBaseOffset(batch, 0) : null;
}

function unfit(
  { isKeyless, timestamp }: Extract<RecordAnswer, { kind: 'found' }>,
  { isCompacted, timestampAfterMsMax, timestampBeforeMsMax }: BatchRules,
  now: number,
): Pick<RecordRefusal, 'error' | 'message'> {
  if (isCompacted && isKeyless)
    return {
      error: 'INVALID_RECORD',
      message: 'A record without a key cannot be kept in a compacted topic.',
    };
  return {
    error: 'INVALID_TIMESTAMP',
    message: `The time ${timestamp} of a record is not within ${now - timestampBeforeMsMax} and ${now + timestampAfterMsMax} (message.timestamp.before.max.ms, message.timestamp.after.max.ms).`,
  };
}

/** Batches that lie there plain, such as the broker's own: a walk over their bytes. */
function lookHere(batch: Buffer, rules: BatchRules, find: RecordTask['find']): RecordsKnown {
  // The topic's settings were others when the batch was looked at.
  if (isForWorker(batch, Number.POSITIVE_INFINITY)) return { kind: 'unknown' };
  return runRecordTask({ batch, find, plainBytesMax: plainBytesMax(rules.messageBytesMax) });
}
