import type { OffsetCommitRequest, OffsetCommitResponse } from '@weir/kafka-protocol/apis/08-offset-commit';
import type { OffsetFetchRequest, OffsetFetchResponse } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { commitClaimError, fetchClaimError, hasHadSince } from '../consumer-group/commit-fence.ts';
import type { ClassicGroup, CommittedOffset } from './classic-group.ts';
import { groupBytes } from './footprint.ts';
import { memberError } from './join-group.ts';
import { type GroupName, isStorableName } from './records.ts';
import type { Scope, Step } from './step.ts';

/**
 * OffsetCommit. Topics are known by name here: whoever calls has turned ids into names (v10) and refused
 * topics that do not exist; both name and id come back in the answer.
 */
export function offsetCommit(step: Step, token: number, scope: Scope, request: OffsetCommitRequest): Step {
  const name = { clusterId: scope.clusterId, groupId: request.groupId };
  const error = commitError(step, scope, name, request);
  if (error !== 'NONE' && error !== 'BY_PARTITION') {
    const topics = request.topics.map(({ name: topic, topicId, partitions }) => ({
      name: topic,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode(error) })),
    }));
    return step.reply(token, { topics } satisfies OffsetCommitResponse);
  }
  const group = step.table.find(name) ?? step.table.create(name, step.now);
  const member = group.members.get(request.memberId);
  if (member !== undefined) step.restartSession(member);
  const topics = recordOffsets(step, group, request, error === 'BY_PARTITION');
  step.dropIfVoid(group);
  return step.reply(token, { topics } satisfies OffsetCommitResponse);
}

function commitError(
  step: Step,
  scope: Scope,
  name: GroupName,
  request: OffsetCommitRequest,
): ErrorName | 'BY_PARTITION' {
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
  const group = step.table.find(name);
  if (group === undefined) {
    if (!isStorableName(name)) return 'INVALID_GROUP_ID';
    if (step.table.shares.find(name) !== undefined) return 'GROUP_ID_NOT_FOUND';
    // Without a generation it is a consumer that assigns itself, or an operator: the group comes to be.
    if (generationId < 0) return newGroupRefusal(step, name);
    return scope.apiVersion >= 9 ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
  }
  if (group.consumer !== null) {
    const claim = { memberId, groupInstanceId, memberEpoch: generationId };
    return commitClaimError(group.consumer, claim, scope.apiVersion);
  }
  if (generationId < 0 && group.state === 'Empty') return 'NONE';
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return 'UNKNOWN_MEMBER_ID';
  const error = memberError(group, memberId, groupInstanceId);
  if (error !== 'NONE') return error;
  if (generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  // The member has the new generation but not its assignment: what it commits may be another's by now.
  return group.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}

function newGroupRefusal(step: Step, name: GroupName): ErrorName {
  const refusal = step.groupRefusal(name.clusterId);
  if (refusal !== 'NONE') return refusal;
  return step.hasRoom(name.clusterId, groupBytes(name)) ? 'NONE' : 'POLICY_VIOLATION';
}

/** Records what may be committed, partition by partition; what would grow past the cluster's bound may not. */
function recordOffsets(
  step: Step,
  group: ClassicGroup,
  request: OffsetCommitRequest,
  isOlder: boolean,
): OffsetCommitResponse['topics'] {
  const { memberId, generationIdOrMemberEpoch } = request;
  const member = isOlder ? group.consumer?.members.get(memberId) : undefined;
  const { offsetMetadataUnitsMax } = step.deps.settings;
  const expireTimestamp = expiryOf(step.now, request.retentionTimeMs);
  let growth = 0;
  const judge = (topic: string, partition: number, metadata: string): ErrorName => {
    if (member !== undefined) {
      const topicId = step.deps.topicIdOf(group.name.clusterId, topic);
      if (!hasHadSince(member, topicId, partition, generationIdOrMemberEpoch)) return 'STALE_MEMBER_EPOCH';
    }
    if (metadata.length > offsetMetadataUnitsMax) return 'OFFSET_METADATA_TOO_LARGE';
    const own = group.offsetGrowth(topic, partition, metadata);
    if (own > 0 && !step.hasRoom(group.name.clusterId, growth + own)) return 'POLICY_VIOLATION';
    growth += Math.max(own, 0);
    return 'NONE';
  };
  return request.topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map((partition) => {
      const { partitionIndex, committedOffset, committedLeaderEpoch } = partition;
      const metadata = partition.committedMetadata ?? '';
      const error = judge(name, partitionIndex, metadata);
      if (error === 'NONE') {
        const value = {
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata,
          commitTimestamp: step.now,
          expireTimestamp,
          topicId,
        };
        step.record(group, step.encoder.offset(group.name, name, partitionIndex, value));
      }
      return { partitionIndex, errorCode: errorCode(error) };
    }),
  }));
}

/** When a commit with a retention time of its own runs out, as far as a number can tell; −1: it has none. */
function expiryOf(now: number, retentionTimeMs: number): number {
  return retentionTimeMs === -1 ? -1 : Math.min(now + retentionTimeMs, Number.MAX_SAFE_INTEGER);
}

type FetchedTopics = {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly FetchedPartition[];
}[];

interface FetchedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
  readonly errorCode: number;
}

interface AskedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionIndexes: readonly number[];
}

/**
 * OffsetFetch of groups that live in this shard. Null topics: all there are. What is not committed is −1,
 * also for a group that does not exist. With `require_stable` what an open transaction may change is not told.
 */
export function offsetFetch(step: Step, token: number, scope: Scope, request: OffsetFetchRequest): Step {
  const fetched = (groupId: string, topics: readonly AskedTopic[] | null): FetchedTopics => {
    const group = step.table.find({ clusterId: scope.clusterId, groupId });
    const isWithheld = (topic: string, partition: number) =>
      request.requireStable && group?.pending.has(topic, partition) === true;
    return topics === null ? allOffsets(group, isWithheld) : askedOffsets(group, topics, isWithheld);
  };
  if (scope.apiVersion >= 8) {
    const groups = request.groups.map(({ groupId, memberId, memberEpoch, topics }) => {
      const { consumer = null } = step.table.find({ clusterId: scope.clusterId, groupId }) ?? {};
      const error = fetchClaimError(consumer, memberId, memberEpoch);
      return {
        groupId,
        topics: error === 'NONE' ? fetched(groupId, topics) : [],
        errorCode: errorCode(error),
      };
    });
    return step.reply(token, { groups } satisfies OffsetFetchResponse);
  }
  const asked = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
  return step.reply(token, {
    topics: fetched(request.groupId, asked),
    errorCode: 0,
  } satisfies OffsetFetchResponse);
}

type IsWithheld = (topic: string, partition: number) => boolean;

function allOffsets(group: ClassicGroup | undefined, isWithheld: IsWithheld): FetchedTopics {
  return [...(group?.offsets ?? [])].map(([name, partitions]) => ({
    name,
    topicId:
      [...partitions.values()].find((committed) => committed.topicId !== zeroUuid)?.topicId ?? zeroUuid,
    partitions: [...partitions].map(([partitionIndex, committed]) =>
      isWithheld(name, partitionIndex)
        ? withheldPartition(partitionIndex)
        : fetchedPartition(partitionIndex, committed),
    ),
  }));
}

function askedOffsets(
  group: ClassicGroup | undefined,
  topics: readonly AskedTopic[],
  isWithheld: IsWithheld,
): FetchedTopics {
  return topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((index) => {
      if (isWithheld(name, index)) return withheldPartition(index);
      const committed = group?.offsets.get(name)?.get(index);
      return fetchedPartition(
        index,
        committed !== undefined && isOfTopic(committed, topicId) ? committed : undefined,
      );
    }),
  }));
}

/** A topic that was deleted and made again has another id; what was committed for the old one is void. */
function isOfTopic(committed: CommittedOffset, topicId: string): boolean {
  return committed.topicId === zeroUuid || topicId === zeroUuid || committed.topicId === topicId;
}

/** KIP-447: the consumer asks again until the transaction has ended. */
function withheldPartition(partitionIndex: number): FetchedPartition {
  const code = errorCode('UNSTABLE_OFFSET_COMMIT');
  return { ...fetchedPartition(partitionIndex, undefined), errorCode: code };
}

function fetchedPartition(partitionIndex: number, committed: CommittedOffset | undefined): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: committed?.offset ?? -1,
    committedLeaderEpoch: committed?.leaderEpoch ?? -1,
    metadata: committed?.metadata ?? '',
    errorCode: 0,
  };
}
