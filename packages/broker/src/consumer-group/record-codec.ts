import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import { type GroupName, joinName, splitName } from '../group/records.ts';
import type { ResolvedRegex, Subscription } from './consumer-group.ts';
import { type Held, HeldBuilder, listed, type Partitions } from './partitions.ts';
import type { Current, MemberState } from './reconcile.ts';
import {
  assignmentType,
  assignmentValue,
  currentType,
  currentValue,
  groupEpochType,
  groupEpochValue,
  groupKey,
  memberKey,
  memberType,
  memberValue,
  regexKey,
  regexType,
  regexValue,
  targetType,
  targetValue,
} from './records.ts';

export interface GroupEpoch {
  readonly epoch: number;
  readonly metadataHash: number;
}

export interface AssignmentEpoch {
  readonly assignmentEpoch: number;
  readonly assignmentTimestamp: number;
}

export type ConsumerRecord = { readonly group: GroupName } & (
  | { readonly type: 'epoch'; readonly value: GroupEpoch | null }
  | { readonly type: 'assignment'; readonly value: AssignmentEpoch | null }
  | { readonly type: 'member'; readonly memberId: string; readonly value: Subscription | null }
  | { readonly type: 'target'; readonly memberId: string; readonly value: Partitions | null }
  | { readonly type: 'current'; readonly memberId: string; readonly value: Current | null }
  | { readonly type: 'regex'; readonly pattern: string; readonly value: ResolvedRegex | null }
);

const version = 0;
const stateCodes: Readonly<Record<MemberState, number>> = { stable: 1, unrevoked: 2, unreleased: 3 };

/** Builds records; each gets bytes of its own. One a shard. */
export class ConsumerRecordEncoder {
  private readonly writer = new Writer();

  epoch(group: GroupName, value: GroupEpoch | null): CoordinatorRecord {
    const key = this.groupKey(groupEpochType, group);
    return this.record(key, value, groupEpochValue);
  }

  assignment(group: GroupName, value: AssignmentEpoch): CoordinatorRecord {
    const key = this.groupKey(assignmentType, group);
    return this.record(key, value, assignmentValue);
  }

  member(group: GroupName, memberId: string, subscription: Subscription | null): CoordinatorRecord {
    const key = this.memberKey(memberType, group, memberId);
    if (subscription === null) return { key, value: null };
    const { topicNames: subscribedTopicNames, regex: subscribedTopicRegex } = subscription;
    return this.record(key, { ...subscription, subscribedTopicNames, subscribedTopicRegex }, memberValue);
  }

  target(group: GroupName, memberId: string, target: Partitions): CoordinatorRecord {
    const key = this.memberKey(targetType, group, memberId);
    return this.record(key, { topicPartitions: listed(target) }, targetValue);
  }

  current(group: GroupName, memberId: string, current: Current): CoordinatorRecord {
    const key = this.memberKey(currentType, group, memberId);
    const value = {
      memberEpoch: current.epoch,
      previousMemberEpoch: current.previousEpoch,
      state: stateCodes[current.state],
      assignedPartitions: heldList(current.assigned),
      partitionsPendingRevocation: heldList(current.pendingRevocation),
    };
    return this.record(key, value, currentValue);
  }

  regex(group: GroupName, pattern: string, resolved: ResolvedRegex | null): CoordinatorRecord {
    this.writer.startPlain().int16(regexType);
    regexKey.encode(this.writer, version, { groupId: joinName(group), regularExpression: pattern });
    const key = this.take();
    // The version is that of Kafka's metadata, which is the cell's store here.
    return this.record(key, resolved === null ? null : { ...resolved, version: 0 }, regexValue);
  }

  private groupKey(type: number, group: GroupName): Buffer {
    this.writer.startPlain().int16(type);
    groupKey.encode(this.writer, version, { groupId: joinName(group) });
    return this.take();
  }

  private memberKey(type: number, group: GroupName, memberId: string): Buffer {
    this.writer.startPlain().int16(type);
    memberKey.encode(this.writer, version, { groupId: joinName(group), memberId });
    return this.take();
  }

  private record<Value>(
    key: Buffer,
    value: Value | null,
    message: { encode(writer: Writer, version: number, value: Value): void },
  ): CoordinatorRecord {
    if (value === null) return { key, value: null };
    this.writer.startPlain().int16(version);
    message.encode(this.writer, version, value);
    return { key, value: this.take() };
  }

  private take(): Buffer {
    const [first, ...rest] = this.writer.finish();
    return first !== undefined && rest.length === 0
      ? first
      : Buffer.concat(first === undefined ? [] : [first, ...rest]);
  }
}

/**
 * Decodes a record of a group of the new protocol; null for those of other types. Throws a ProtocolError when the bytes
 * are damaged.
 */
export function decodeConsumerRecord(record: CoordinatorRecord): ConsumerRecord | null {
  const reader = new Reader(record.key);
  switch (reader.int16()) {
    case groupEpochType:
      return { type: 'epoch', ...groupOf(reader), value: recordedOf(record, groupEpochValue) };
    case assignmentType:
      return { type: 'assignment', ...groupOf(reader), value: recordedOf(record, assignmentValue) };
    case memberType:
      return { type: 'member', ...memberOf(reader), value: subscriptionOf(record) };
    case targetType:
      return { type: 'target', ...memberOf(reader), value: targetOf(record) };
    case currentType:
      return { type: 'current', ...memberOf(reader), value: currentOf(record) };
    case regexType: {
      const { groupId, regularExpression: pattern } = regexKey.decode(reader, version);
      return { type: 'regex', group: splitName(groupId), pattern, value: recordedOf(record, regexValue) };
    }
    default:
      return null;
  }
}

function groupOf(reader: Reader): { readonly group: GroupName } {
  return { group: splitName(groupKey.decode(reader, version).groupId) };
}

function memberOf(reader: Reader): { readonly group: GroupName; readonly memberId: string } {
  const { groupId, memberId } = memberKey.decode(reader, version);
  return { group: splitName(groupId), memberId };
}

function recordedOf<Value>(
  { value }: CoordinatorRecord,
  message: { decode(reader: Reader, version: number): Value },
): Value | null {
  if (value === null) return null;
  const reader = new Reader(value);
  return message.decode(reader, reader.int16());
}

function subscriptionOf(record: CoordinatorRecord): Subscription | null {
  const value = recordedOf(record, memberValue);
  if (value === null) return null;
  const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, serverAssignor } = value;
  return {
    ...{ instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, serverAssignor },
    topicNames: value.subscribedTopicNames,
    regex: value.subscribedTopicRegex,
  };
}

function targetOf(record: CoordinatorRecord): Partitions | null {
  const value = recordedOf(record, targetValue);
  return value && new Map(value.topicPartitions.map(({ topicId, partitions }) => [topicId, partitions]));
}

function currentOf(record: CoordinatorRecord): Current | null {
  const value = recordedOf(record, currentValue);
  if (value === null) return null;
  const { memberEpoch, previousMemberEpoch, assignedPartitions, partitionsPendingRevocation } = value;
  const state = stateOf(value.state);
  return {
    epoch: memberEpoch,
    previousEpoch: previousMemberEpoch,
    state,
    assigned: heldOf(assignedPartitions, memberEpoch),
    pendingRevocation: heldOf(partitionsPendingRevocation, memberEpoch),
  };
}

function stateOf(code: number): MemberState {
  if (code === stateCodes.unrevoked) return 'unrevoked';
  return code === stateCodes.unreleased ? 'unreleased' : 'stable';
}

interface HeldTopic {
  readonly topicId: string;
  readonly partitions: readonly number[];
  readonly assignmentEpochs: readonly number[] | null;
}

function heldList(held: Held): HeldTopic[] {
  return Array.from(held, ([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()],
    assignmentEpochs: [...partitions.values()],
  }));
}

/** Without epochs of their own, the partitions have the member's. */
function heldOf(topics: readonly HeldTopic[], memberEpoch: number): Held {
  const builder = new HeldBuilder();
  for (const { topicId, partitions, assignmentEpochs } of topics) {
    for (const [index, partition] of partitions.entries())
      builder.add(topicId, partition, assignmentEpochs?.[index] ?? memberEpoch);
  }
  return builder.held;
}
