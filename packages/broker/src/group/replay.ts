import { replayConsumerRecord } from '../consumer-group/replay.ts';
import { newDeadline } from '../coordinator/deadlines.ts';
import { keptCopy } from '../coordinator/kept-copy.ts';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { ClassicGroup, Member } from './classic-group.ts';
import type { GroupTable } from './group-table.ts';
import {
  decodeGroupRecord,
  type GroupMetadataValue,
  type GroupName,
  type OffsetCommitValue,
  type PendingOffsetKey,
  type PendingOffsetValue,
} from './records.ts';

const emptyBytes = Buffer.alloc(0);

/** Brings the table up to a record: right after the decision that made it, and again when a shard is loaded. */
export function replayRecord(table: GroupTable, record: CoordinatorRecord): void {
  const decoded = decodeGroupRecord(record);
  if (decoded === null) {
    if (!table.shares.replay(record)) replayConsumerRecord(table, record);
    return;
  }
  if (decoded.type === 'offset')
    replayOffset(table, decoded.group, decoded.topic, decoded.partition, decoded.value);
  else if (decoded.type === 'pending') replayPending(table, decoded.group, decoded.key, decoded.value);
  else replayGroup(table, decoded.group, decoded.value, record);
}

function replayOffset(
  table: GroupTable,
  name: GroupName,
  topic: string,
  partition: number,
  value: OffsetCommitValue | null,
): void {
  if (value === null) {
    table.find(name)?.removeOffset(topic, partition);
    return;
  }
  // A consumer that assigns itself commits to a group that has no record of its own.
  const group = table.find(name) ?? table.create(name, value.commitTimestamp);
  group.isDurable = true;
  group.setOffset(topic, partition, value);
}

function replayPending(
  table: GroupTable,
  name: GroupName,
  { topic, partition, producerId }: PendingOffsetKey,
  value: PendingOffsetValue | null,
): void {
  if (value === null) {
    const group = table.find(name);
    if (group !== undefined) table.removePending(group, { topic, partition, producerId });
    return;
  }
  const group = table.find(name) ?? table.create(name, value.commitTimestamp);
  group.isDurable = true;
  const { producerEpoch, ...committed } = value;
  const pending = { ...committed, expireTimestamp: -1 };
  table.addPending(group, { topic, partition, producerId, producerEpoch, committed: pending });
}

function replayGroup(
  table: GroupTable,
  name: GroupName,
  value: GroupMetadataValue | null,
  record: CoordinatorRecord,
): void {
  if (value === null) {
    const group = table.find(name);
    if (group !== undefined) table.remove(group);
    return;
  }
  const group = table.find(name) ?? table.create(name, value.currentStateTimestamp);
  group.isDurable = true;
  // Of both protocols the one that was told of last is the group's.
  table.becomeClassic(group);
  group.record = { key: keptCopy(record.key), value: record.value && keptCopy(record.value) };
  group.generationId = value.generation;
  group.protocolType = value.protocolType === '' ? null : value.protocolType;
  group.protocolName = value.protocol;
  replayMembers(table, group, value);
  group.leaderId = value.leader;
  group.previousState = group.state;
  group.state = value.members.length === 0 ? 'Empty' : 'Stable';
  group.stateTimestamp = value.currentStateTimestamp;
}

/** Live members keep what a restart would forget; the record says who they are and what they are assigned. */
function replayMembers(table: GroupTable, group: ClassicGroup, value: GroupMetadataValue): void {
  const members = value.members.map((recorded) => {
    // Until the log is read to its end nobody is live: what the latest record says of a member is all there is.
    const known = table.isLoaded ? group.members.get(recorded.memberId) : undefined;
    return known ?? restoredMember(group, value, recorded);
  });
  for (const gone of group.replaceMembers(members)) table.deadlines.cancel(gone.session);
  for (const [index, member] of members.entries()) {
    // The record's bytes are the log's; the member keeps its own.
    group.setAssignment(member, keptCopy(value.members[index]?.assignment ?? emptyBytes));
  }
}

function restoredMember(
  group: ClassicGroup,
  value: GroupMetadataValue,
  recorded: GroupMetadataValue['members'][number],
): Member {
  const { memberId, groupInstanceId, clientId, clientHost, sessionTimeout, rebalanceTimeout } = recorded;
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    sessionTimeoutMs: sessionTimeout,
    rebalanceTimeoutMs: rebalanceTimeout === -1 ? sessionTimeout : rebalanceTimeout,
    protocols: [{ name: value.protocol ?? '', metadata: keptCopy(recorded.subscription) }],
    assignment: emptyBytes,
    chargedBytes: 0,
    isNew: false,
    awaitingJoin: null,
    awaitingSync: null,
    session: newDeadline({ kind: 'session', group, memberId }),
  };
}
