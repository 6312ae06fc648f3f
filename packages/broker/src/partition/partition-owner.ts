import type { SegmentShare } from '../log/segment-share.ts';

/** What a partition's cluster shares out among its partitions. */
export interface PartitionOwner {
  readonly segments: SegmentShare;
}
