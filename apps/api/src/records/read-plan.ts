import type { ReadRecordsQuery } from '@weir/contracts/records';

/** Where the records of one partition lie. */
export interface PartitionBounds {
  readonly partition: number;
  /** The first offset there is. */
  readonly start: number;
  /** The offset that the next record gets. */
  readonly end: number;
  /** With from=timestamp: the first record at or after it; null if there is none. */
  readonly atTimestamp: number | null;
}

export interface PartitionRead {
  readonly partition: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** What has to be read of each partition so that the answer is surely among it. Pure. */
export const planReads = (query: ReadRecordsQuery, bounds: readonly PartitionBounds[]): PartitionRead[] =>
  bounds
    .map((one) => ({ partition: one.partition, from: startOf(query, one), to: one.end }))
    .filter((read) => read.from < read.to);

const startOf = (query: ReadRecordsQuery, { start, end, atTimestamp }: PartitionBounds): number => {
  const within = (offset: number) => Math.min(Math.max(offset, start), end);
  switch (query.from) {
    case 'newest':
      return within(end - query.limit);
    case 'earliest':
      return start;
    case 'offset':
      return within(query.offset ?? start);
    case 'timestamp':
      return within(atTimestamp ?? end);
  }
};

export interface Placed {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
}

/** Newest first, or forward in time; within a partition always by offset. Pure. */
export const pickRecords = <R extends Placed>(query: ReadRecordsQuery, records: readonly R[]): R[] => {
  const forward = (left: R, right: R) =>
    left.partition === right.partition
      ? left.offset - right.offset
      : left.timestampMs - right.timestampMs || left.partition - right.partition;
  return mergeByPartition(records, query.from === 'newest' ? (l, r) => forward(r, l) : forward, query.limit);
};

/**
 * A record's time may be earlier than that of the one before it, so records of several partitions have no
 * order that is by time and by offset at once. Merging their sequences keeps each partition's own order.
 */
const mergeByPartition = <R extends Placed>(
  records: readonly R[],
  before: (left: R, right: R) => number,
  limit: number,
): R[] => {
  const queues = [...Map.groupBy(records, (record) => record.partition).values()].map((own) =>
    own.toSorted(before),
  );
  const merged: R[] = [];
  while (merged.length < Math.min(limit, records.length)) {
    let best: R[] | undefined;
    for (const queue of queues) {
      const [head] = queue;
      const leading = best?.[0];
      if (head && (!leading || before(head, leading) < 0)) best = queue;
    }
    const next = best?.shift();
    if (!next) break;
    merged.push(next);
  }
  return merged;
};
