import type { RecordsBatch } from '@platformatic/kafka';
import type { ReadRecord } from './read-records.ts';

const logAppendTime = 0b1000;
const control = 0b10_0000;

/** The records of one batch with their offsets and times. Markers of transactions are no records. */
export const recordsOf = (partition: number, batch: RecordsBatch): ReadRecord[] => {
  if (batch.attributes & control) return [];
  return batch.records.map((record) => ({
    partition,
    offset: Number(batch.firstOffset) + record.offsetDelta,
    timestamp: Number(
      batch.attributes & logAppendTime ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta,
    ),
    key: record.key,
    value: record.value,
    headers: record.headers.map(([name, value]) => [name?.toString('utf8') ?? '', value] as const),
  }));
};
