import type { JoinGroupRequest } from '@weir/kafka-protocol/apis/11-join-group';
import { newDeadline } from '../coordinator/deadlines.ts';
import { keptCopy } from '../coordinator/kept-copy.ts';
import {
  type ClassicGroup,
  type Member,
  type Protocol,
  sameProtocols,
  type Waiting,
} from './classic-group.ts';
import { groupRecordBytes } from './footprint.ts';
import { joinGrowth, joinRefusal, storedClientId } from './join-bounds.ts';
import {
  completeJoinIfAllJoined,
  forgetMember,
  joinAnswer,
  prepareRebalance,
  rebalanceOrCompleteJoin,
} from './rebalance.ts';
import type { Scope, Step } from './step.ts';

/** A join with its bytes copied out of the frame: members keep their subscriptions. */
interface Join {
  readonly waiting: Waiting;
  readonly scope: Scope;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly Protocol[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

const emptyBytes = Buffer.alloc(0);

/** JoinGroup: answered at once or, while a rebalance collects its members, later by another event. */
export function joinGroup(step: Step, token: number, scope: Scope, request: JoinGroupRequest): Step {
  const waiting: Waiting = { token, apiVersion: scope.apiVersion };
  const { groupId, memberId } = request;
  const { settings } = step.deps;
  const name = { clusterId: scope.clusterId, groupId };
  const refusal = joinRefusal(name, request, settings);
  if (refusal !== null) return step.refuseJoin(waiting, refusal, memberId);
  if (step.table.shares.find(name) !== undefined)
    return step.refuseJoin(waiting, 'INCONSISTENT_GROUP_PROTOCOL', memberId);
  const isFirst = memberId === '';
  let group = step.table.find(name);
  if (group === undefined && !isFirst) return step.refuseJoin(waiting, 'UNKNOWN_MEMBER_ID', memberId);
  if (!step.hasRoom(name.clusterId, joinGrowth(name, group, scope, request))) {
    return step.refuseJoin(waiting, 'POLICY_VIOLATION', memberId);
  }
  if (group === undefined) {
    const groupRefusal = step.groupRefusal(scope.clusterId);
    if (groupRefusal !== 'NONE') return step.refuseJoin(waiting, groupRefusal, memberId);
    group = step.table.create(name, step.now);
  }
  // One that nobody is in becomes a classic group.
  if (group.consumer !== null) {
    if (!group.isEmpty) return step.refuseJoin(waiting, 'INCONSISTENT_GROUP_PROTOCOL', memberId);
    if (!isFirst) return step.refuseJoin(waiting, 'UNKNOWN_MEMBER_ID', memberId);
    step.table.becomeClassic(group);
  }
  const join = readJoin(waiting, scope, request, settings.rebalanceTimeoutMsMax);
  if (!acceptsMember(step, group, memberId)) refuseForSize(step, group, waiting, memberId);
  else if (!group.supports(join.protocolType, join.protocols)) {
    step.refuseJoin(waiting, 'INCONSISTENT_GROUP_PROTOCOL', memberId);
  } else if (isFirst) joinFirst(step, group, join);
  else joinAgain(step, group, join, memberId);
  step.dropIfVoid(group);
  return step;
}

function readJoin(
  waiting: Waiting,
  scope: Scope,
  request: JoinGroupRequest,
  rebalanceTimeoutMsMax: number,
): Join {
  const protocols = new Map<string, Protocol>();
  for (const { name, metadata } of request.protocols) {
    if (!protocols.has(name)) protocols.set(name, { name, metadata: keptCopy(metadata) });
  }
  return {
    waiting,
    scope,
    groupInstanceId: request.groupInstanceId,
    protocolType: request.protocolType,
    protocols: [...protocols.values()],
    sessionTimeoutMs: request.sessionTimeoutMs,
    // v0 has one time-out for both.
    rebalanceTimeoutMs:
      request.rebalanceTimeoutMs < 0
        ? request.sessionTimeoutMs
        : Math.min(request.rebalanceTimeoutMs, rebalanceTimeoutMsMax),
  };
}

/**
 * While members gather, those who already wait count: so the last to come back are turned away when the
 * group is larger than it may be. Afterwards the members count.
 */
function acceptsMember(step: Step, group: ClassicGroup, memberId: string): boolean {
  const { membersMax } = step.deps.settings;
  const member = group.members.get(memberId);
  if (memberId === '' && group.pendingJoins.size >= membersMax) return false;
  switch (group.state) {
    case 'Empty':
      return true;
    case 'PreparingRebalance':
      return (member !== undefined && member.awaitingJoin !== null) || group.awaitingJoinCount() < membersMax;
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < membersMax;
  }
}

function refuseForSize(step: Step, group: ClassicGroup, waiting: Waiting, memberId: string): void {
  const member = group.members.get(memberId);
  if (member !== undefined) forgetMember(step, group, member);
  dropPendingJoin(step, group, memberId);
  step.refuseJoin(waiting, 'GROUP_MAX_SIZE_REACHED', '');
  completeJoinIfAllJoined(step, group);
}

/** A client without a member id: static members take up their place, others are given an id (KIP-394). */
function joinFirst(step: Step, group: ClassicGroup, join: Join): void {
  const { groupInstanceId, waiting, scope } = join;
  if (groupInstanceId !== null) {
    const memberId = `${groupInstanceId}-${step.deps.newUuid()}`;
    const present = group.staticMembers.get(groupInstanceId);
    const member = present === undefined ? undefined : group.members.get(present);
    if (member === undefined) addMember(step, group, join, memberId);
    else replaceStaticMember(step, group, join, member, memberId);
    return;
  }
  const memberId = `${storedClientId(scope)}-${step.deps.newUuid()}`;
  if (waiting.apiVersion < 4) {
    addMember(step, group, join, memberId);
    return;
  }
  const deadline = newDeadline({ kind: 'session', group, memberId } as const);
  group.addPendingJoin(memberId, deadline);
  step.table.deadlines.set(deadline, step.monotonicMs + join.sessionTimeoutMs);
  step.refuseJoin(waiting, 'MEMBER_ID_REQUIRED', memberId);
}

function joinAgain(step: Step, group: ClassicGroup, join: Join, memberId: string): void {
  const { waiting, groupInstanceId } = join;
  if (groupInstanceId === null && group.pendingJoins.has(memberId)) {
    addMember(step, group, join, memberId);
    return;
  }
  const error = memberError(group, memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== 'NONE' || member === undefined) {
    step.refuseJoin(waiting, error === 'NONE' ? 'UNKNOWN_MEMBER_ID' : error, memberId);
    return;
  }
  const isLeader = group.leaderId === memberId;
  const isUnchanged = sameProtocols(member.protocols, join.protocols);
  // In CompletingRebalance an unchanged member has lost its answer; a stable follower may ask again at any
  // time. A stable leader asks because it wants to assign anew, say because a topic has grown.
  const isRepeat =
    isUnchanged && (group.state === 'CompletingRebalance' || (group.state === 'Stable' && !isLeader));
  if (isRepeat) {
    step.replyJoin(waiting, { error: 'NONE', ...joinAnswer(group, member, isLeader) });
  } else if (group.state === 'Empty') {
    step.refuseJoin(waiting, 'UNKNOWN_MEMBER_ID', memberId);
  } else {
    updateMember(step, group, member, join);
    member.awaitingJoin = waiting;
    rebalanceOrCompleteJoin(step, group);
  }
}

/** KIP-345: a static name belongs to one member id; who comes with another is fenced. */
export function memberError(
  group: ClassicGroup,
  memberId: string,
  groupInstanceId: string | null,
): 'NONE' | 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID' {
  if (groupInstanceId !== null) {
    const present = group.staticMembers.get(groupInstanceId);
    if (present === undefined) return 'UNKNOWN_MEMBER_ID';
    if (present !== memberId) return 'FENCED_INSTANCE_ID';
  }
  return group.members.has(memberId) ? 'NONE' : 'UNKNOWN_MEMBER_ID';
}

export function dropPendingJoin(step: Step, group: ClassicGroup, memberId: string): boolean {
  const pending = group.removePendingJoin(memberId);
  if (pending === undefined) return false;
  step.table.deadlines.cancel(pending);
  return true;
}

function addMember(step: Step, group: ClassicGroup, join: Join, memberId: string): void {
  dropPendingJoin(step, group, memberId);
  if (group.members.size === 0) group.protocolType = join.protocolType;
  const member: Member = {
    memberId,
    groupInstanceId: join.groupInstanceId,
    clientId: storedClientId(join.scope),
    clientHost: join.scope.clientHost,
    sessionTimeoutMs: join.sessionTimeoutMs,
    rebalanceTimeoutMs: join.rebalanceTimeoutMs,
    protocols: join.protocols,
    assignment: emptyBytes,
    chargedBytes: 0,
    isNew: true,
    awaitingJoin: join.waiting,
    awaitingSync: null,
    session: newDeadline({ kind: 'session', group, memberId }),
  };
  if (group.initialDelay !== null) group.memberJoinedDuringDelay = true;
  group.add(member);
  // It does not know its id yet and cannot send heartbeats; a client that is gone must not stay for good.
  step.restartSession(member, step.deps.settings.newMemberJoinTimeoutMs);
  rebalanceOrCompleteJoin(step, group);
}

function updateMember(step: Step, group: ClassicGroup, member: Member, join: Join): void {
  group.setProtocols(member, join.protocols);
  member.sessionTimeoutMs = join.sessionTimeoutMs;
  member.rebalanceTimeoutMs = join.rebalanceTimeoutMs;
  // The same member asks again on another connection: nobody reads the first answer, but nothing waits for ever.
  if (member.awaitingJoin !== null) {
    step.refuseJoin(member.awaitingJoin, 'REBALANCE_IN_PROGRESS', member.memberId);
    member.awaitingJoin = null;
  }
}

/**
 * A static member has restarted: it takes over the place and assignment of its former self, which is fenced.
 * In a stable group, as long as the protocol stays, nobody else notices.
 */
function replaceStaticMember(
  step: Step,
  group: ClassicGroup,
  join: Join,
  former: Member,
  memberId: string,
): void {
  const formerLeader = group.leaderId ?? '';
  const wasLeader = formerLeader === former.memberId;
  forgetMember(step, group, former, 'FENCED_INSTANCE_ID');
  const member: Member = {
    ...former,
    memberId,
    protocols: join.protocols,
    chargedBytes: 0,
    sessionTimeoutMs: join.sessionTimeoutMs,
    rebalanceTimeoutMs: join.rebalanceTimeoutMs,
    isNew: false,
    session: newDeadline({ kind: 'session', group, memberId }),
  };
  group.add(member);
  if (wasLeader) group.leaderId = memberId;
  step.restartSession(member);

  const isQuiet = group.state === 'Stable' && group.selectProtocol() === group.protocolName;
  // A record that the log does not take is left to the rebalance, whose end says so to all.
  if (isQuiet && fitsRecord(step, group)) {
    answerReplacedMember(step, group, join.waiting, member, formerLeader);
    return;
  }
  member.awaitingJoin = join.waiting;
  if (group.state === 'PreparingRebalance') completeJoinIfAllJoined(step, group);
  else prepareRebalance(step, group);
}

function fitsRecord(step: Step, group: ClassicGroup): boolean {
  return groupRecordBytes(group) <= step.deps.settings.groupRecordBytesMax;
}

function answerReplacedMember(
  step: Step,
  group: ClassicGroup,
  waiting: Waiting,
  member: Member,
  formerLeader: string,
): void {
  const isLeader = group.leaderId === member.memberId;
  step.record(group, step.groupRecord(group, group.stateTimestamp));
  if (waiting.apiVersion >= 9) {
    const answer = joinAnswer(group, member, isLeader);
    step.replyJoin(waiting, { error: 'NONE', ...answer, skipAssignment: isLeader });
  } else {
    // Before KIP-814 a leader would assign anew at once; it is told the old leader's id, so it only syncs.
    step.replyJoin(waiting, { error: 'NONE', ...joinAnswer(group, member, false), leader: formerLeader });
  }
}
