import { OutputTooLargeError, ProtocolError } from '@weir/kafka-protocol/protocol-error';
import { type CompressionType, compressedBatch } from '@weir/kafka-protocol/record-batch';
import { RecordCursor } from '@weir/kafka-protocol/record-cursor';
import { type Compression, plainRecords } from '@weir/kafka-protocol/records';

/** How a topic has its batches compressed, whatever their producers chose (`compression.type`). */
export interface TopicCompression {
  readonly type: CompressionType;
  /** Null: the usual one of that type, or it has none. */
  readonly level: number | null;
}

/** A batch that is to be compressed otherwise. */
export interface RecodeTask {
  /** One whole batch that `validateBatch` takes. */
  readonly batch: Uint8Array;
  readonly compression: TopicCompression;
  /** The records may have so many bytes without compression. */
  readonly plainBytesMax: number;
  /** The batch may have so many when it is done. */
  readonly batchBytesMax: number;
}

export type RecodeAnswer =
  | { readonly kind: 'recoded'; readonly batch: Uint8Array }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'malformed' };

/** The same records, each of which was read, in the other compression; all else of the batch is as it was. */
export function runRecodeTask(task: RecodeTask, compression: Compression): RecodeAnswer {
  const { buffer, byteOffset, byteLength } = task.batch;
  const batch = Buffer.from(buffer, byteOffset, byteLength);
  try {
    const plain = plainRecords(batch, 0, { compression, outputBytesMax: task.plainBytesMax });
    const cursor = new RecordCursor(batch, 0, plain);
    while (cursor.next());
    const { level, type } = task.compression;
    const recoded = compressedBatch(batch, type, compression.compress(type, plain, level));
    return recoded.length > task.batchBytesMax ? { kind: 'too-large' } : { kind: 'recoded', batch: recoded };
  } catch (cause) {
    if (cause instanceof OutputTooLargeError) return { kind: 'too-large' };
    if (cause instanceof ProtocolError) return { kind: 'malformed' };
    throw cause;
  }
}
