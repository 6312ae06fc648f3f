import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts';

/** Who says that it commits, or asks for what is committed. */
export interface Claim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly memberEpoch: number;
}

/** From this version of OffsetCommit on a client knows of the errors that a member of the new protocol may get. */
const commitVersionMin = 9;

/**
 * Whether the claim may commit, or why it may not. A commit of an older epoch is judged by partition: what the member has
 * had since is still its own (KIP-1251).
 */
export function commitClaimError(
  group: ConsumerGroup<unknown>,
  claim: Claim,
  apiVersion: number | 'in a transaction',
): ErrorName | 'BY_PARTITION' {
  const { memberId, groupInstanceId, memberEpoch } = claim;
  if (memberEpoch < 0 && group.members.size === 0) return 'NONE';
  const isTransactional = apiVersion === 'in a transaction';
  // A producer of before KIP-447 says nothing of the member; what it does is fenced by its own epoch alone.
  if (isTransactional && memberEpoch < 0 && memberId === '' && groupInstanceId === null) return 'NONE';
  const member = group.members.get(memberId);
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  if (!isTransactional && apiVersion < commitVersionMin) return 'UNSUPPORTED_VERSION';
  if (memberEpoch === member.current.epoch) return 'NONE';
  return memberEpoch > member.current.epoch || memberEpoch < 0 ? 'STALE_MEMBER_EPOCH' : 'BY_PARTITION';
}

/** Whether the member has the partition since the epoch or longer, so that its commit of that epoch is nobody else's. */
export function hasHadSince(
  { current }: ConsumerMember,
  topicId: string | null,
  partition: number,
  epoch: number,
): boolean {
  if (topicId === null) return false;
  const since =
    current.assigned.get(topicId)?.get(partition) ?? current.pendingRevocation.get(topicId)?.get(partition);
  return since !== undefined && since <= epoch;
}

/** Whether offsets may be told to the claim: to a member at its epoch, and to whoever is none. */
export function fetchClaimError(
  group: ConsumerGroup<unknown> | null,
  memberId: string | null,
  memberEpoch: number,
): ErrorName {
  if (group === null || (memberId === null && memberEpoch < 0)) return 'NONE';
  const member = group.members.get(memberId ?? '');
  if (member === undefined) return 'UNKNOWN_MEMBER_ID';
  return member.current.epoch === memberEpoch ? 'NONE' : 'STALE_MEMBER_EPOCH';
}
