/** What a follower asks its leader for. */
export interface FetchPosition {
  readonly writtenEnd: number;
  readonly durableEnd: number;
  /** Of the last record; −1 where there is none. */
  readonly lastEpoch: number;
  /** Of its log: readers that are sent to it find nothing before; −1: it serves none. */
  readonly startOffset: number;
}
