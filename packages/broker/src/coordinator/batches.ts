import { encodeBatch } from '@weir/kafka-protocol/records';
import type { CoordinatorRecord } from './outcome.ts';

/** About what a record takes in a batch besides its key and value, bytes. */
const recordOverheadBytes = 24;

/** Cuts records into runs that make batches of about `bytesMax`; a record that is larger has one to itself. */
export function* cutIntoBatches(
  records: Iterable<CoordinatorRecord>,
  bytesMax: number,
): Generator<readonly CoordinatorRecord[]> {
  let run: CoordinatorRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.key.length + (record.value?.length ?? 0) + recordOverheadBytes;
    if (run.length > 0 && bytes + size > bytesMax) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(record);
    bytes += size;
  }
  if (run.length > 0) yield run;
}

export function encodeRecordBatch(records: readonly CoordinatorRecord[], timestamp: number): Buffer {
  return encodeBatch({ records: records.map(({ key, value }) => ({ key, value, timestamp })) });
}
