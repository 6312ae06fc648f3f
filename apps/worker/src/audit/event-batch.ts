import type { AuditRow } from '@weir/audit-log/audit-row';
import { cloudEventOf, recordOfEvent } from '@weir/audit-log/cloud-event';
import type { NewRecord } from '@weir/kafka-protocol/records';

export interface EventBatch {
  readonly records: readonly NewRecord[];
  /** The number of the last event in it. */
  readonly last: bigint;
}

/** As many of the events as fit, in their order; the first always does. Null: there is none. */
export const batchOf = (rows: readonly AuditRow[], bytesMax: number, nowMs: number): EventBatch | null => {
  const records: NewRecord[] = [];
  let bytes = 0;
  let last = 0n;
  for (const row of rows) {
    const record = recordOfEvent(cloudEventOf(row), nowMs);
    bytes += record.value.length;
    if (records.length > 0 && bytes > bytesMax) break;
    records.push(record);
    last = row.sequence;
  }
  return records.length === 0 ? null : { records, last };
};
