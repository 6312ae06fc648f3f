import type { SyncGroupRequest, SyncGroupResponse } from '@weir/kafka-protocol/apis/14-sync-group';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { keptCopy } from '../coordinator/kept-copy.ts';
import type { ClassicGroup } from './classic-group.ts';
import { groupRecordBytes, recordBytes } from './footprint.ts';
import { memberError } from './join-group.ts';
import { prepareRebalance, refuseSyncs } from './rebalance.ts';
import type { Scope, Step } from './step.ts';

const emptyBytes = Buffer.alloc(0);

/** SyncGroup: waits until the leader brings the assignment, which is answered once it is in the log. */
export function syncGroup(step: Step, token: number, scope: Scope, request: SyncGroupRequest): Step {
  const refuse = (error: ErrorName) =>
    step.reply(token, {
      errorCode: errorCode(error),
      protocolType: null,
      protocolName: null,
      assignment: emptyBytes,
    } satisfies SyncGroupResponse);

  if (request.groupId === '') return refuse('INVALID_GROUP_ID');
  if (request.assignments.length > step.deps.settings.membersMax) return refuse('INVALID_REQUEST');
  if (scope.apiVersion >= 5 && (request.protocolType === null || request.protocolName === null)) {
    return refuse('INCONSISTENT_GROUP_PROTOCOL');
  }
  const group = step.table.find({ clusterId: scope.clusterId, groupId: request.groupId });
  if (group === undefined) return refuse('UNKNOWN_MEMBER_ID');
  const error = syncError(group, request);
  const member = group.members.get(request.memberId);
  if (error !== 'NONE' || member === undefined) return refuse(error === 'NONE' ? 'UNKNOWN_MEMBER_ID' : error);

  removePendingSync(step, group, member.memberId);
  if (member.awaitingSync !== null) step.answerSync(member, 'REBALANCE_IN_PROGRESS', group);
  member.awaitingSync = { token, apiVersion: scope.apiVersion };
  if (group.state === 'Stable') step.answerSync(member, 'NONE', group);
  else if (group.leaderId === member.memberId) acceptAssignment(step, group, request);
  return step;
}

function syncError(group: ClassicGroup, request: SyncGroupRequest): ErrorName {
  const error = memberError(group, request.memberId, request.groupInstanceId);
  if (error !== 'NONE') return error;
  if (request.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  // KIP-559: what the client says must fit; older clients say nothing.
  if (request.protocolType !== null && request.protocolType !== group.protocolType)
    return 'INCONSISTENT_GROUP_PROTOCOL';
  if (request.protocolName !== null && request.protocolName !== group.protocolName)
    return 'INCONSISTENT_GROUP_PROTOCOL';
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}

/** Members that the leader left out get an empty assignment. The group is stable once its record is replayed. */
function acceptAssignment(step: Step, group: ClassicGroup, request: SyncGroupRequest): void {
  const assignments = new Map(request.assignments.map((one) => [one.memberId, one.assignment]));
  const isTaken = hasRoomFor(step, group, assignments);
  if (isTaken) {
    for (const member of group.members.values()) {
      // A copy: members keep their assignment, and answers leave after this frame is gone.
      group.setAssignment(member, keptCopy(assignments.get(member.memberId) ?? emptyBytes));
    }
  }
  if (!isTaken || groupRecordBytes(group) > step.deps.settings.groupRecordBytesMax) {
    refuseSyncs(step, group, 'POLICY_VIOLATION');
    prepareRebalance(step, group);
    return;
  }
  step.record(group, step.groupRecord(group, step.now));
  for (const member of group.members.values()) {
    if (member.awaitingSync === null) continue;
    step.answerSync(member, 'NONE', group);
    step.restartSession(member);
  }
}

/** Whether the cluster may keep the assignments, and the group's record with them in place of the one before. */
function hasRoomFor(step: Step, group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>): boolean {
  let added = 0;
  for (const member of group.members.values()) {
    added += (assignments.get(member.memberId)?.length ?? 0) - member.assignment.length;
  }
  const recordGrowth = groupRecordBytes(group) + added - recordBytes(group.record);
  return step.hasRoom(group.name.clusterId, added + recordGrowth);
}

function removePendingSync(step: Step, group: ClassicGroup, memberId: string): void {
  group.pendingSyncs.delete(memberId);
  if (group.pendingSyncs.size === 0) step.table.deadlines.cancel(group.syncDeadline);
}
