import type { Partition } from './partition.ts';

/** What a follower asks its leader for. */
export interface FetchPosition {
  readonly writtenEnd: number;
  readonly durableEnd: number;
  /** Of the last record; −1 where there is none. */
  readonly lastEpoch: number;
  /** Of its log: readers that are sent to it find nothing before; −1: it serves none. */
  readonly startOffset: number;
  /** Where what was committed here ends, which the leader lacks; −1: it does not. */
  readonly committedEnd: number;
}

export function fetchPositionOf(partition: Partition): FetchPosition {
  const { log, durableEnd, startOffset, lackingEpoch, highWatermark, record } = partition;
  return {
    writtenEnd: log?.endOffset ?? 0,
    durableEnd,
    lastEpoch: log?.epochs.latest ?? -1,
    startOffset,
    committedEnd: lackingEpoch === record.leaderEpoch ? highWatermark : -1,
  };
}
