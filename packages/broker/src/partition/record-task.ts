import { OutputTooLargeError, ProtocolError } from '@weir/kafka-protocol/protocol-error';
import { compressionType } from '@weir/kafka-protocol/record-batch';
import { RecordCursor } from '@weir/kafka-protocol/record-cursor';
import { type Compression, plainRecords } from '@weir/kafka-protocol/records';

/** A question about the records inside a batch, which may have to be decompressed for it. */
export interface RecordTask {
  /** One whole batch that `validateBatch` takes. */
  readonly batch: Uint8Array;
  /**
   * The first record from an offset on at or after a time in milliseconds, or the first that is unfit: where
   * `isKeyless` is set one without a key, and where there are `times` one outside of them.
   */
  readonly find:
    | { readonly kind: 'at'; readonly timestamp: number; readonly fromOffset: number }
    | {
        readonly kind: 'unfit';
        readonly isKeyless: boolean;
        readonly times: { readonly from: number; readonly to: number } | null;
      };
  /** The records may have so many bytes without compression. */
  readonly plainBytesMax: number;
}

export type RecordAnswer =
  | {
      readonly kind: 'found';
      readonly offset: number;
      readonly timestamp: number;
      readonly isKeyless: boolean;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'malformed' };

/** A record of a producer that gives none. */
export const noTimestamp = -1;

/** Answers the question here and now. `compression` is only needed where the batch is compressed. */
export function runRecordTask(task: RecordTask, compression?: Compression): RecordAnswer {
  const { buffer, byteOffset, byteLength } = task.batch;
  const batch = Buffer.from(buffer, byteOffset, byteLength);
  const { find } = task;
  try {
    const plain = plainRecords(batch, 0, {
      ...(compression === undefined ? {} : { compression }),
      outputBytesMax: task.plainBytesMax,
    });
    const cursor = new RecordCursor(batch, 0, plain);
    while (cursor.next()) {
      const { offset, timestamp } = cursor;
      if (isMeant(cursor, find)) return { kind: 'found', offset, timestamp, isKeyless: !cursor.hasKey };
    }
    return { kind: 'none' };
  } catch (cause) {
    if (cause instanceof OutputTooLargeError) return { kind: 'too-large' };
    if (cause instanceof ProtocolError) return { kind: 'malformed' };
    throw cause;
  }
}

function isMeant({ hasKey, offset, timestamp }: RecordCursor, find: RecordTask['find']): boolean {
  if (find.kind === 'at') return timestamp >= find.timestamp && offset >= find.fromOffset;
  const { isKeyless, times } = find;
  if (isKeyless && !hasKey) return true;
  return times !== null && timestamp !== noTimestamp && (timestamp < times.from || timestamp > times.to);
}

/** Whether a batch of a tenant must be looked into off the main thread: all but a little that lies there plain. */
export function isForWorker(batch: Buffer, mainThreadBytesMax: number): boolean {
  return compressionType(batch, 0) !== 'none' || batch.length > mainThreadBytesMax;
}
