import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { ClassicGroup, Member } from './classic-group.ts';
import { newDeadline } from './deadlines.ts';
import type { GroupTable } from './group-table.ts';
import {
  decodeGroupRecord,
  type GroupMetadataValue,
  type GroupName,
  type OffsetCommitValue,
} from './records.ts';

/** Brings the table up to a record: right after the decision that made it, and again when a shard is loaded. */
export function replayRecord(table: GroupTable, record: CoordinatorRecord): void {
  const decoded = decodeGroupRecord(record);
  if (decoded === null) return;
  if (decoded.type === 'offset')
    replayOffset(table, decoded.group, decoded.topic, decoded.partition, decoded.value);
  else replayGroup(table, decoded.group, decoded.value);
}

function replayOffset(
  table: GroupTable,
  name: GroupName,
  topic: string,
  partition: number,
  value: OffsetCommitValue | null,
): void {
  if (value === null) {
    const partitions = table.find(name)?.offsets.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) table.find(name)?.offsets.delete(topic);
    return;
  }
  // A consumer that assigns itself commits to a group that has no record of its own.
  const group = table.find(name) ?? table.create(name, value.commitTimestamp);
  group.isDurable = true;
  let partitions = group.offsets.get(topic);
  if (partitions === undefined) {
    partitions = new Map();
    group.offsets.set(topic, partitions);
  }
  partitions.set(partition, value);
}

function replayGroup(table: GroupTable, name: GroupName, value: GroupMetadataValue | null): void {
  if (value === null) {
    const group = table.find(name);
    if (group !== undefined) table.remove(group);
    return;
  }
  const group = table.find(name) ?? table.create(name, value.currentStateTimestamp);
  group.isDurable = true;
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
  const live = new Map(group.members);
  group.members.clear();
  group.staticMembers.clear();
  for (const recorded of value.members) {
    const known = live.get(recorded.memberId);
    live.delete(recorded.memberId);
    const member = known ?? restoredMember(group, value, recorded);
    // The record's bytes are the log's; the member keeps its own.
    member.assignment = Buffer.from(recorded.assignment);
    group.add(member);
  }
  for (const gone of live.values()) {
    table.deadlines.cancel(gone.session);
    group.pendingSyncs.delete(gone.memberId);
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
    protocols: [{ name: value.protocol ?? '', metadata: Buffer.from(recorded.subscription) }],
    assignment: Buffer.from(recorded.assignment),
    isNew: false,
    awaitingJoin: null,
    awaitingSync: null,
    session: newDeadline({ kind: 'session', group, memberId }),
  };
}
