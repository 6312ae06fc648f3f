import type {
  TxnOffsetCommitRequest,
  TxnOffsetCommitResponse,
} from '@weir/kafka-protocol/apis/28-txn-offset-commit';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { commitClaimError } from '../consumer-group/commit-fence.ts';
import type { ConsumerGroup } from '../consumer-group/consumer-group.ts';
import type { ClassicGroup } from './classic-group.ts';
import { groupBytes } from './footprint.ts';
import { memberError } from './join-group.ts';
import { pendingBytes } from './pending-offsets.ts';
import { type GroupName, isStorableName } from './records.ts';
import type { Scope, Step } from './step.ts';

/** TxnOffsetCommit, of topics that are there, with the ids that they have. */
export interface TransactionalCommit
  extends Pick<
    TxnOffsetCommitRequest,
    'groupId' | 'producerId' | 'producerEpoch' | 'generationId' | 'memberId' | 'groupInstanceId'
  > {
  /** Why nothing of it can be taken, if whoever calls knows; NONE. */
  readonly error: ErrorName;
  readonly topics: readonly (TxnOffsetCommitRequest['topics'][number] & { readonly topicId: string })[];
}

/**
 * Takes offsets that count once their transaction is committed. That the transaction is open, and that the group is
 * part of it, whoever calls has made sure of. KIP-98; members are fenced as KIP-447 says.
 */
export function txnOffsetCommit(step: Step, token: number, scope: Scope, commit: TransactionalCommit): Step {
  const name = { clusterId: scope.clusterId, groupId: commit.groupId };
  const error = commit.error === 'NONE' ? commitError(step, name, commit) : commit.error;
  const group = error === 'NONE' ? (step.table.find(name) ?? step.table.create(name, step.now)) : null;
  let growth = 0;
  const topics = commit.topics.map(({ name: topic, topicId, partitions }) => ({
    name: topic,
    partitions: partitions.map((asked) => {
      const metadata = asked.committedMetadata ?? '';
      const own = pendingBytes(topic, metadata);
      const refusal = group === null ? error : refusalOf(step, group, metadata, growth + own);
      if (group !== null && refusal === 'NONE') {
        growth += own;
        recordPending(step, group, commit, { topic, topicId, metadata, asked });
      }
      return { partitionIndex: asked.partitionIndex, errorCode: errorCode(refusal) };
    }),
  }));
  if (group !== null) step.dropIfVoid(group);
  return step.reply(token, { throttleTimeMs: 0, topics } satisfies TxnOffsetCommitResponse);
}

interface AskedOffset {
  readonly topic: string;
  readonly topicId: string;
  readonly metadata: string;
  readonly asked: TransactionalCommit['topics'][number]['partitions'][number];
}

function recordPending(
  step: Step,
  group: ClassicGroup,
  { producerId, producerEpoch }: TransactionalCommit,
  { topic, topicId, metadata, asked }: AskedOffset,
): void {
  const { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch } = asked;
  const committed = {
    ...{ offset, leaderEpoch, metadata, topicId },
    commitTimestamp: step.now,
    expireTimestamp: -1,
  };
  step.record(
    group,
    step.encoder.pending(group.name, { topic, partition, producerId, producerEpoch, committed }),
  );
}

function refusalOf(step: Step, group: ClassicGroup, metadata: string, growth: number): ErrorName {
  if (metadata.length > step.deps.settings.offsetMetadataUnitsMax) return 'OFFSET_METADATA_TOO_LARGE';
  return step.hasRoom(group.name.clusterId, growth) ? 'NONE' : 'POLICY_VIOLATION';
}

function commitError(step: Step, name: GroupName, commit: TransactionalCommit): ErrorName {
  const { memberId, groupInstanceId, generationId } = commit;
  const group = step.table.find(name);
  if (group === undefined) {
    if (!isStorableName(name)) return 'INVALID_GROUP_ID';
    if (step.table.shares.find(name) !== undefined) return 'GROUP_ID_NOT_FOUND';
    if (generationId >= 0) return 'ILLEGAL_GENERATION';
    const refusal = step.groupRefusal(name.clusterId);
    if (refusal !== 'NONE') return refusal;
    return step.hasRoom(name.clusterId, groupBytes(name)) ? 'NONE' : 'POLICY_VIOLATION';
  }
  if (group.consumer !== null) return consumerError(group.consumer, commit);
  // A producer of before KIP-447 says nothing of the member; what it does is fenced by its own epoch alone.
  if (generationId < 0 && memberId === '' && groupInstanceId === null) return 'NONE';
  if (generationId < 0 && group.state === 'Empty') return 'NONE';
  const error = memberError(group, memberId, groupInstanceId);
  if (error !== 'NONE') return error;
  return generationId === group.generationId ? 'NONE' : 'ILLEGAL_GENERATION';
}

/** Producers know no error of the new protocol: what they get instead has them ask the consumer anew. */
function consumerError(consumer: ConsumerGroup<unknown>, commit: TransactionalCommit): ErrorName {
  const { memberId, groupInstanceId, generationId: memberEpoch } = commit;
  const error = commitClaimError(consumer, { memberId, groupInstanceId, memberEpoch }, 'in a transaction');
  return error === 'STALE_MEMBER_EPOCH' || error === 'BY_PARTITION' ? 'ILLEGAL_GENERATION' : error;
}

export interface EndedTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isCommit: boolean;
}

/** Of all groups what the transaction had pending becomes committed, or is forgotten. The answer is an error name. */
export function endTransaction(step: Step, token: number, ended: EndedTransaction): Step {
  const { producerId, producerEpoch, isCommit } = ended;
  for (const group of step.table.groupsOf(producerId)) {
    for (const pending of group.pending.of(producerId)) {
      if (pending.producerEpoch > producerEpoch) continue;
      const { topic, partition, committed } = pending;
      if (isCommit) step.record(group, step.encoder.offset(group.name, topic, partition, committed));
      step.record(group, step.encoder.pendingEnd(group.name, pending));
    }
  }
  return step.reply(token, 'NONE' satisfies ErrorName);
}
