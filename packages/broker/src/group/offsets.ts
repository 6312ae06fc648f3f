import type { OffsetCommitRequest, OffsetCommitResponse } from '@weir/kafka-protocol/apis/08-offset-commit';
import type { OffsetFetchRequest, OffsetFetchResponse } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { ClassicGroup, CommittedOffset } from './classic-group.ts';
import { memberError } from './join-group.ts';
import type { Scope, Step } from './step.ts';

/**
 * OffsetCommit. Topics are known by name here: whoever calls has turned ids into names (v10) and refused
 * topics that do not exist; both name and id come back in the answer.
 */
export function offsetCommit(step: Step, token: number, scope: Scope, request: OffsetCommitRequest): Step {
  const error = commitError(step, scope, request);
  const name = { clusterId: scope.clusterId, groupId: request.groupId };
  if (error === 'NONE') {
    const group = step.table.find(name) ?? step.table.create(name, step.now);
    const member = group.members.get(request.memberId);
    if (member !== undefined) step.restartSession(member);
    recordOffsets(step, group, request);
    step.dropIfVoid(group);
  }
  const { offsetMetadataBytesMax } = step.deps.settings;
  const response: OffsetCommitResponse = {
    topics: request.topics.map((topic) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: topic.partitions.map(({ partitionIndex, committedMetadata }) => {
        const isTooLarge = (committedMetadata?.length ?? 0) > offsetMetadataBytesMax;
        const own: ErrorName = error === 'NONE' && isTooLarge ? 'OFFSET_METADATA_TOO_LARGE' : error;
        return { partitionIndex, errorCode: errorCode(own) };
      }),
    })),
  };
  return step.reply(token, response);
}

function commitError(step: Step, scope: Scope, request: OffsetCommitRequest): ErrorName {
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
  const group = step.table.find({ clusterId: scope.clusterId, groupId });
  if (group === undefined) {
    // Without a generation it is a consumer that assigns itself, or an operator: the group comes to be.
    if (generationId < 0) return step.deps.admitsGroup(scope.clusterId) ? 'NONE' : 'POLICY_VIOLATION';
    return scope.apiVersion >= 9 ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
  }
  if (generationId < 0 && group.state === 'Empty') return 'NONE';
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return 'UNKNOWN_MEMBER_ID';
  const error = memberError(group, memberId, groupInstanceId);
  if (error !== 'NONE') return error;
  if (generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  // The member has the new generation but not its assignment: what it commits may be another's by now.
  return group.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}

function recordOffsets(step: Step, group: ClassicGroup, request: OffsetCommitRequest): void {
  const { retentionTimeMs } = request;
  const expireTimestamp = retentionTimeMs === -1 ? -1 : step.now + retentionTimeMs;
  for (const topic of request.topics) {
    for (const partition of topic.partitions) {
      const metadata = partition.committedMetadata ?? '';
      if (metadata.length > step.deps.settings.offsetMetadataBytesMax) continue;
      const value = {
        offset: partition.committedOffset,
        leaderEpoch: partition.committedLeaderEpoch,
        metadata,
        commitTimestamp: step.now,
        expireTimestamp,
        topicId: topic.topicId,
      };
      step.record(group, step.encoder.offset(group.name, topic.name, partition.partitionIndex, value));
    }
  }
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
 * also for a group that does not exist. There are no transactions to wait for with `require_stable`.
 */
export function offsetFetch(step: Step, token: number, scope: Scope, request: OffsetFetchRequest): Step {
  const fetched = (groupId: string, topics: readonly AskedTopic[] | null): FetchedTopics => {
    const group = step.table.find({ clusterId: scope.clusterId, groupId });
    return topics === null ? allOffsets(group) : askedOffsets(group, topics);
  };
  if (scope.apiVersion >= 8) {
    const groups = request.groups.map(({ groupId, topics }) => ({
      groupId,
      topics: fetched(groupId, topics),
      errorCode: 0,
    }));
    return step.reply(token, { groups } satisfies OffsetFetchResponse);
  }
  const asked = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
  return step.reply(token, {
    topics: fetched(request.groupId, asked),
    errorCode: 0,
  } satisfies OffsetFetchResponse);
}

function allOffsets(group: ClassicGroup | undefined): FetchedTopics {
  return [...(group?.offsets ?? [])].map(([name, partitions]) => ({
    name,
    topicId:
      [...partitions.values()].find((committed) => committed.topicId !== zeroUuid)?.topicId ?? zeroUuid,
    partitions: [...partitions].map(([partitionIndex, committed]) =>
      fetchedPartition(partitionIndex, committed),
    ),
  }));
}

function askedOffsets(group: ClassicGroup | undefined, topics: readonly AskedTopic[]): FetchedTopics {
  return topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((index) => {
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

function fetchedPartition(partitionIndex: number, committed: CommittedOffset | undefined): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: committed?.offset ?? -1,
    committedLeaderEpoch: committed?.leaderEpoch ?? -1,
    metadata: committed?.metadata ?? '',
    errorCode: 0,
  };
}
