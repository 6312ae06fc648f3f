import type { ErrorName } from '@weir/kafka-protocol/errors';
import { type ClassicGroup, type Member, metadataFor } from './classic-group.ts';
import type { Step } from './step.ts';

const emptyBytes = Buffer.alloc(0);

/** Begins a rebalance where the state allows one, else ends the one under way if nobody is missing. */
export function rebalanceOrCompleteJoin(step: Step, group: ClassicGroup): void {
  if (group.state === 'PreparingRebalance') completeJoinIfAllJoined(step, group);
  else prepareRebalance(step, group);
}

export function prepareRebalance(step: Step, group: ClassicGroup): void {
  if (group.state === 'CompletingRebalance') refuseSyncs(step, group, 'REBALANCE_IN_PROGRESS');
  group.pendingSyncs.clear();
  step.table.deadlines.cancel(group.syncDeadline);

  const isInitial = group.state === 'Empty';
  group.transitionTo('PreparingRebalance', step.now);
  if (isInitial) {
    // The first member is seldom alone for long: a moment of patience saves a rebalance for each other.
    const { initialRebalanceDelayMs: delayMs } = step.deps.settings;
    const remainingMs = Math.max(group.rebalanceTimeoutMs() - delayMs, 0);
    group.initialDelay = { delayMs, remainingMs };
    group.memberJoinedDuringDelay = false;
    step.table.deadlines.set(group.joinDeadline, step.monotonicMs + delayMs);
  } else if (group.hasAllMembersJoined()) {
    completeJoin(step, group);
  } else {
    step.table.deadlines.set(group.joinDeadline, step.monotonicMs + group.rebalanceTimeoutMs());
  }
}

/** Does nothing while members are missing, or while the first rebalance of an empty group collects them. */
export function completeJoinIfAllJoined(step: Step, group: ClassicGroup): void {
  if (group.state !== 'PreparingRebalance' || group.initialDelay !== null) return;
  if (group.hasAllMembersJoined()) completeJoin(step, group);
}

/** The time for joining is over: goes on waiting once more after a late first member, else ends the phase. */
export function joinDeadlinePassed(step: Step, group: ClassicGroup): void {
  if (group.state !== 'PreparingRebalance') return;
  const delay = group.initialDelay;
  if (delay === null || !group.memberJoinedDuringDelay || delay.remainingMs === 0) {
    completeJoin(step, group);
    return;
  }
  group.memberJoinedDuringDelay = false;
  const delayMs = Math.min(step.deps.settings.initialRebalanceDelayMs, delay.remainingMs);
  group.initialDelay = { delayMs, remainingMs: Math.max(delay.remainingMs - delay.delayMs, 0) };
  step.table.deadlines.set(group.joinDeadline, step.monotonicMs + delayMs);
}

/**
 * Ends the join phase: dynamic members that have not come back are out, static ones keep their place
 * (KIP-345). With nobody left the group is recorded as empty; otherwise all learn the next generation.
 */
function completeJoin(step: Step, group: ClassicGroup): void {
  step.table.deadlines.cancel(group.joinDeadline);
  group.initialDelay = null;
  for (const member of [...group.members.values()]) {
    if (member.awaitingJoin === null && member.groupInstanceId === null) forgetMember(step, group, member);
  }
  if (group.members.size === 0) {
    group.generationId += 1;
    group.protocolName = null;
    step.record(group, step.groupRecord(group, step.now));
    return;
  }
  if (!electJoinedLeader(group)) {
    // Only static members that are away: their sessions decide.
    step.table.deadlines.set(group.joinDeadline, step.monotonicMs + group.rebalanceTimeoutMs());
    return;
  }
  group.generationId += 1;
  group.protocolName = group.selectProtocol();
  group.transitionTo('CompletingRebalance', step.now);
  group.pendingSyncs.clear();
  for (const member of group.members.values()) {
    step.answerJoin(member, {
      error: 'NONE',
      ...joinAnswer(group, member, group.leaderId === member.memberId),
    });
    step.restartSession(member);
    member.isNew = false;
    group.pendingSyncs.add(member.memberId);
  }
  step.table.deadlines.set(group.syncDeadline, step.monotonicMs + group.rebalanceTimeoutMs());
}

/** What a member is told about the current generation; the leader also gets everyone's subscription. */
export function joinAnswer(group: ClassicGroup, member: Member, withMembers: boolean) {
  return {
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    memberId: member.memberId,
    members: withMembers
      ? [...group.members.values()].map((other) => ({
          memberId: other.memberId,
          groupInstanceId: other.groupInstanceId,
          metadata: metadataFor(other, group.protocolName),
        }))
      : [],
  };
}

/** Who has the new generation and never asked for its assignment is out, and the others start again. */
export function syncDeadlinePassed(step: Step, group: ClassicGroup): void {
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return;
  if (group.pendingSyncs.size === 0) return;
  for (const memberId of [...group.pendingSyncs]) {
    const member = group.members.get(memberId);
    if (member !== undefined) forgetMember(step, group, member);
  }
  prepareRebalance(step, group);
}

export function sessionDeadlinePassed(step: Step, group: ClassicGroup, memberId: string): void {
  if (group.removePendingJoin(memberId) !== undefined) {
    completeJoinIfAllJoined(step, group);
    return;
  }
  const member = group.members.get(memberId);
  if (member === undefined) return;
  // Who waits for the others cannot send heartbeats; its session starts anew when it is answered.
  const waits = member.awaitingJoin !== null || member.awaitingSync !== null;
  if (waits && !member.isNew) return;
  removeMember(step, group, member);
}

/** Takes the member out and sets in motion what follows from it. */
function removeMember(step: Step, group: ClassicGroup, member: Member): void {
  forgetMember(step, group, member);
  afterRemoval(step, group);
}

/** After members are gone: the rest rebalance, or a rebalance that only waited for them ends. */
export function afterRemoval(step: Step, group: ClassicGroup): void {
  if (group.state !== 'Empty') rebalanceOrCompleteJoin(step, group);
}

/**
 * Takes the member out of memory. Requests of its own that still wait are answered UNKNOWN_MEMBER_ID: if
 * somebody is there after all, it starts anew.
 */
export function forgetMember(
  step: Step,
  group: ClassicGroup,
  member: Member,
  error: ErrorName = 'UNKNOWN_MEMBER_ID',
): void {
  if (member.awaitingJoin !== null) {
    step.refuseJoin(member.awaitingJoin, error, error === 'UNKNOWN_MEMBER_ID' ? '' : member.memberId);
    member.awaitingJoin = null;
  }
  step.answerSync(member, error, group);
  step.table.deadlines.cancel(member.session);
  group.remove(member.memberId);
}

/** Clears the assignments that were being made and answers everyone who waits for one. */
export function refuseSyncs(step: Step, group: ClassicGroup, error: ErrorName): void {
  for (const member of group.members.values()) {
    group.setAssignment(member, emptyBytes);
    if (member.awaitingSync === null) continue;
    step.answerSync(member, error, group);
    step.restartSession(member);
  }
}

/** The leader must be somebody who is there. False when nobody is. */
function electJoinedLeader(group: ClassicGroup): boolean {
  const leader = group.leaderId === null ? undefined : group.members.get(group.leaderId);
  if (leader !== undefined && leader.awaitingJoin !== null) return true;
  for (const member of group.members.values()) {
    if (member.awaitingJoin === null) continue;
    group.leaderId = member.memberId;
    return true;
  }
  return false;
}
