import { expectNone, KafkaRefusal } from '@weir/kafka-client/connection';
import type { KafkaSession, Leaders } from '@weir/kafka-client/session';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  isControl,
} from '@weir/kafka-protocol/record-batch';
import { fetchBytesMax, partitionBytesMax } from './limits.ts';

/** The last with the topic's name. */
const fetchVersion = 12;
const listOffsetsVersion = 7;
const readCommitted = 1;
const fetchWaitMs = 100;

/** ListOffsets' names for the ends of a log. */
export const earliest = -2;
export const latest = -1;

/** Offsets by partition; −1 where there is none such. */
export const listOffsets = async (
  session: KafkaSession,
  topic: string,
  leaders: Leaders,
  partitions: readonly number[],
  timestamp: number,
): Promise<ReadonlyMap<number, number>> => {
  const offsets = new Map<number, number>();
  const byLeader = Map.groupBy(partitions, (partition) => leaderOf(leaders, partition));
  for (const [node, own] of byLeader) {
    const answer = await session.ask(node, listOffsetsApi, listOffsetsVersion, {
      replicaId: -1,
      isolationLevel: readCommitted,
      topics: [{ name: topic, partitions: own.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
    });
    for (const { partitionIndex, errorCode, offset } of answer.topics.flatMap((each) => each.partitions)) {
      expectNone(errorCode);
      offsets.set(partitionIndex, offset);
    }
  }
  return offsets;
};

/** A batch as it lies in the log, undecoded: `bytes` is a view of the answer. */
export interface StoredBatch {
  readonly firstOffset: number;
  /** Inclusive. */
  readonly lastOffset: number;
  /** Markers of transactions, which are no records. */
  readonly isControl: boolean;
  readonly bytes: Buffer;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly error: ErrorName;
  readonly batches: readonly StoredBatch[];
}

/** One fetch of a leader's partitions, from an offset each. */
export const fetchBatches = async (
  session: KafkaSession,
  topic: string,
  node: number,
  reads: readonly { readonly partition: number; readonly from: number }[],
): Promise<readonly FetchedPartition[]> => {
  const answer = await session.ask(node, fetchApi, fetchVersion, {
    maxWaitMs: fetchWaitMs,
    minBytes: 0,
    maxBytes: fetchBytesMax,
    isolationLevel: readCommitted,
    topics: [
      {
        topic,
        partitions: reads.map(({ partition, from }) => ({
          partition,
          fetchOffset: from,
          partitionMaxBytes: partitionBytesMax,
        })),
      },
    ],
    forgottenTopicsData: [],
  });
  expectNone(answer.errorCode);
  return answer.responses
    .flatMap((each) => each.partitions)
    .map(({ partitionIndex, errorCode, records }) => ({
      partition: partitionIndex,
      error: errorName(errorCode),
      batches: records === null ? [] : batchesOf(records),
    }));
};

export const leaderOf = (leaders: Leaders, partition: number): number => {
  const leader = leaders[partition] ?? -1;
  if (leader < 0) throw new KafkaRefusal('LEADER_NOT_AVAILABLE');
  return leader;
};

/** Whole batches; the last of an answer may be cut off. */
const batchesOf = (records: Buffer): StoredBatch[] => {
  const batches: StoredBatch[] = [];
  let at = 0;
  while (records.length - at >= batchHeaderBytes) {
    const bytes = batchBytes(records, at);
    if (bytes < batchHeaderBytes || bytes > records.length - at) break;
    batches.push({
      firstOffset: batchBaseOffset(records, at),
      lastOffset: batchLastOffset(records, at),
      isControl: isControl(records, at),
      bytes: records.subarray(at, at + bytes),
    });
    at += bytes;
  }
  return batches;
};
