import { readEndMarker } from '@weir/kafka-protocol/control-records';
import {
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  hasValidCrc,
  isControl,
  isTransactional,
  producerId,
} from '@weir/kafka-protocol/record-batch';
import { decodeRecords } from '@weir/kafka-protocol/records';
import { Violation } from '../world.ts';

export interface AbortedRange {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** A record as a consumer finds it: who wrote it says a header, as a tombstone has nothing else to say it with. */
export interface FoundRecord {
  readonly offset: number;
  readonly id: string;
  readonly key: string | null;
  readonly isTombstone: boolean;
  /** A consumer of committed records passes it over. */
  readonly isAborted: boolean;
}

export interface FoundRecords {
  readonly records: readonly FoundRecord[];
  /** Behind all that was found, records or none. */
  readonly nextOffset: number;
}

/** What a consumer of committed records makes of the bytes that it got from `offset` on, as Kafka's do (KIP-98). */
export function readCommitted(bytes: Buffer, offset: number, aborted: readonly AbortedRange[]): FoundRecords {
  const waiting = aborted.toSorted((one, other) => one.firstOffset - other.firstOffset);
  const abortedNow = new Set<number>();
  const records: FoundRecord[] = [];
  let nextOffset = offset;
  for (let at = 0; bytes.length - at >= batchHeaderBytes; at += batchBytes(bytes, at)) {
    if (batchBytes(bytes, at) > bytes.length - at) break;
    if (!hasValidCrc(bytes, at)) throw new Violation(`a batch with a bad CRC was served at ${nextOffset}`);
    const last = batchLastOffset(bytes, at);
    nextOffset = Math.max(nextOffset, last + 1);
    for (let [next] = waiting; next !== undefined && next.firstOffset <= last; [next] = waiting)
      abortedNow.add(waiting.shift()?.producerId ?? -1);
    const producer = producerId(bytes, at);
    if (isControl(bytes, at)) {
      if (readEndMarker(bytes, at)?.isCommit === false) abortedNow.delete(producer);
      continue;
    }
    const isAborted = isTransactional(bytes, at) && abortedNow.has(producer);
    for (const { offset: place, key, value, headers } of decodeRecords(bytes, at))
      if (place >= offset)
        records.push({
          offset: place,
          id: headers[0]?.value?.toString() ?? '',
          key: key?.toString() ?? null,
          isTombstone: value === null,
          isAborted,
        });
  }
  return { records, nextOffset };
}
