import type { RecoveryPoint } from './checkpoint.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { Segment } from './segment.ts';

/** What a log is made of when it has been read from disk. */
export interface RecoveredLog {
  readonly segments: Segment[];
  readonly endOffset: number;
  readonly recoveryPoint: RecoveryPoint;
  readonly epochs: LeaderEpochs;
  /** Records before it were deleted (log-start); 0: none were. */
  readonly deletedBefore: number;
  /** Names of files beside it that no start reads. */
  readonly leftovers: readonly string[];
}
