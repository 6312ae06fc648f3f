import { batchBaseOffset, isLogAppendTime, maxTimestamp } from '@weir/kafka-protocol/record-batch';
import type { Workers } from '../deps.ts';
import { recordsOnMainThreadBytesMax } from '../limits.ts';
import { findBatchByTimestamp } from '../log/read.ts';
import type { Partition } from './partition.ts';
import { plainBytesMax } from './plain-bytes.ts';
import { isForWorker, runRecordTask } from './record-task.ts';

export interface RecordPlace {
  readonly timestamp: number;
  readonly offset: number;
}

/**
 * The first record before `endOffset` at or after `timestamp` (milliseconds); null when there is none. To the record,
 * except in a batch that cannot be looked into: there it is the batch's first offset, so that whoever begins
 * at it misses nothing.
 */
export async function findRecordByTimestamp(
  workers: Pick<Workers, 'records'>,
  partition: Partition,
  timestamp: number,
  endOffset: number,
): Promise<RecordPlace | null> {
  if (partition.log === null) return null;
  const batch = await findBatchByTimestamp(partition.log, timestamp, endOffset);
  if (batch === null) return null;
  // Of the batch in which the log begins some records may be deleted.
  const fromOffset = Math.max(batchBaseOffset(batch, 0), partition.startOffset);
  const wholeBatch = { offset: fromOffset, timestamp: maxTimestamp(batch, 0) };
  if (isLogAppendTime(batch, 0)) return wholeBatch;
  const { messageBytesMax } = partition.settings.rules;
  const find = { kind: 'at', timestamp, fromOffset } as const;
  const task = { batch, find, plainBytesMax: plainBytesMax(messageBytesMax) };
  const answer = isForWorker(batch, recordsOnMainThreadBytesMax)
    ? await workers.records(partition.clusterId, task)
    : runRecordTask(task);
  switch (answer.kind) {
    case 'found':
      return { timestamp: answer.timestamp, offset: answer.offset };
    case 'none':
      return null;
    case 'too-large':
    case 'malformed':
      return wholeBatch;
  }
}

/** The greatest timestamp in the log; −1 when it is empty. */
export function newestTimestamp(partition: Partition): number {
  // What a damaged segment holds is not known, so its timestamp is only a guess for retention.
  const sound = partition.log?.segments.filter((segment) => !segment.isDamaged) ?? [];
  return sound.reduce((max, segment) => Math.max(max, segment.maxTimestamp), -1);
}
