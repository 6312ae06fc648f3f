import type { ReachedLimits } from '../cluster/reached-limits.ts';
import type { SegmentShare } from '../log/segment-share.ts';
import type { Accounts } from '../memory/broker-accounts.ts';

/** The cluster of a partition, as far as it concerns the partition. */
export interface PartitionOwner {
  readonly id: string;
  readonly segments: SegmentShare;
  readonly accounts: Pick<Accounts, 'producers'>;
  readonly reachedLimits: Pick<ReachedLimits, 'reached'>;
}
