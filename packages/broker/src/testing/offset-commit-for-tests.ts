import type { OffsetCommitRequest } from '@weir/kafka-protocol/apis/08-offset-commit';
import { zeroUuid } from '@weir/kafka-protocol/uuid';

/** Commits without a member: offset 100 for partition 0 of `topic`, 101 for partition 1 and so on. */
export const offsetCommitOf = (
  groupId: string,
  partitions: readonly number[],
  metadata = '',
): OffsetCommitRequest => ({
  groupId,
  generationIdOrMemberEpoch: -1,
  memberId: '',
  groupInstanceId: null,
  retentionTimeMs: -1,
  topics: [
    {
      name: 'topic',
      topicId: zeroUuid,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: partitionIndex + 100,
        committedLeaderEpoch: -1,
        committedMetadata: metadata,
      })),
    },
  ],
});
