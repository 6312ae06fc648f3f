import type { Uuid } from '@weir/kafka-protocol/uuid';
import { type Deadline, newDeadline } from './deadlines.ts';
import { type GroupState, isTransition } from './group-state.ts';
import type { GroupName } from './records.ts';

/** A request that waits for its answer. */
export interface Waiting {
  readonly token: number;
  readonly apiVersion: number;
}

/** A way of assigning that a member offers, with its subscription in that way's terms. */
export interface Protocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface Member {
  readonly memberId: string;
  /** KIP-345: the name that survives a restart of the client. */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** In the member's order of preference. After a restart of the coordinator, the chosen one alone. */
  protocols: readonly Protocol[];
  assignment: Buffer;
  /** Its first join is still waiting, so that it cannot know its id and send heartbeats. */
  isNew: boolean;
  awaitingJoin: Waiting | null;
  awaitingSync: Waiting | null;
  readonly session: Deadline<DeadlineSubject>;
}

/** What a deadline is about. */
export type DeadlineSubject =
  | { readonly kind: 'session'; readonly group: ClassicGroup; readonly memberId: string }
  | { readonly kind: 'join'; readonly group: ClassicGroup }
  | { readonly kind: 'sync'; readonly group: ClassicGroup }
  | { readonly kind: 'retention'; readonly group: null };

export interface CommittedOffset {
  readonly offset: number;
  /** −1: the client did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestamp: number;
  /** −1: the retention of the coordinator holds. */
  readonly expireTimestamp: number;
  readonly topicId: Uuid;
}

/** The first rebalance of an empty group waits for more members, in steps. */
export interface InitialDelay {
  readonly delayMs: number;
  readonly remainingMs: number;
}

const emptyBytes = Buffer.alloc(0);

/**
 * One classic group: what the log says of it (generation, protocol, leader, members with their
 * assignments, offsets) and what a restart forgets (who is joining, who waits, what runs out when).
 * Plain data with its invariants; the decisions are made by the files beside it.
 */
export class ClassicGroup {
  readonly name: GroupName;
  state: GroupState = 'Empty';
  previousState: GroupState = 'Empty';
  /** When the state was entered, milliseconds; −1: not known. */
  stateTimestamp: number;
  generationId = 0;
  /** `consumer`, `connect` …; null for a group that only keeps offsets. */
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  readonly members = new Map<string, Member>();
  /** Member id by group instance id. */
  readonly staticMembers = new Map<string, string>();
  /** Members that were given an id and have not joined with it yet. */
  readonly pendingJoins = new Map<string, Deadline<DeadlineSubject>>();
  /** Members that have the new generation and have not asked for their assignment yet. */
  readonly pendingSyncs = new Set<string>();
  initialDelay: InitialDelay | null = null;
  memberJoinedDuringDelay = false;
  readonly joinDeadline: Deadline<DeadlineSubject>;
  readonly syncDeadline: Deadline<DeadlineSubject>;
  /** By topic, then partition. */
  readonly offsets = new Map<string, Map<number, CommittedOffset>>();
  /** Whether the log holds anything about the group. */
  isDurable = false;

  constructor(name: GroupName, now: number) {
    this.name = name;
    this.stateTimestamp = now;
    this.joinDeadline = newDeadline({ kind: 'join', group: this });
    this.syncDeadline = newDeadline({ kind: 'sync', group: this });
  }

  transitionTo(state: GroupState, now: number): void {
    if (!isTransition(this.state, state)) {
      throw new Error(`a group cannot go from ${this.state} to ${state}`);
    }
    this.previousState = this.state;
    this.state = state;
    this.stateTimestamp = now;
  }

  add(member: Member): void {
    if (member.groupInstanceId !== null) this.staticMembers.set(member.groupInstanceId, member.memberId);
    this.leaderId ??= member.memberId;
    this.members.set(member.memberId, member);
  }

  /** Forgets the member in every role; the first of the others becomes leader if it led. */
  remove(memberId: string): void {
    const member = this.members.get(memberId);
    this.members.delete(memberId);
    if (member !== undefined && member.groupInstanceId !== null)
      this.staticMembers.delete(member.groupInstanceId);
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value ?? null;
    this.pendingSyncs.delete(memberId);
  }

  awaitingJoinCount(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.awaitingJoin !== null) count += 1;
    return count;
  }

  hasAllMembersJoined(): boolean {
    return this.pendingJoins.size === 0 && this.awaitingJoinCount() === this.members.size;
  }

  /** The longest that any member asks for, milliseconds. */
  rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const member of this.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
    return longest;
  }

  /** Whether a member that offers these protocols can be in this group: one of them must suit everyone. */
  supports(protocolType: string, protocols: readonly Protocol[]): boolean {
    if (this.members.size === 0) return protocolType !== '' && protocols.length > 0;
    if (protocolType !== this.protocolType) return false;
    const common = this.commonProtocols();
    return protocols.some((protocol) => common.has(protocol.name));
  }

  /** Of the protocols that all members offer, the one that most of them prefer. There must be members. */
  selectProtocol(): string {
    const common = this.commonProtocols();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.protocols.find((protocol) => common.has(protocol.name));
      if (vote === undefined) throw new Error('a member offers no protocol that the others offer');
      votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
    }
    let winner: string | null = null;
    for (const [name, count] of votes) {
      if (winner === null || count > (votes.get(winner) ?? 0)) winner = name;
    }
    if (winner === null) throw new Error('a group without members has no protocol');
    return winner;
  }

  /** Whether anything is left to remember: otherwise the group may be dropped from memory. */
  isVoid(): boolean {
    return (
      !this.isDurable && this.members.size === 0 && this.pendingJoins.size === 0 && this.offsets.size === 0
    );
  }

  private commonProtocols(): Set<string> {
    const counts = new Map<string, number>();
    for (const member of this.members.values()) {
      for (const name of new Set(member.protocols.map((protocol) => protocol.name))) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    const common = new Set<string>();
    for (const [name, count] of counts) if (count === this.members.size) common.add(name);
    return common;
  }
}

/** The subscription in the terms of the group's protocol; empty while there is none. */
export function metadataFor(member: Member, protocolName: string | null): Buffer {
  return member.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? emptyBytes;
}

export function sameProtocols(one: readonly Protocol[], other: readonly Protocol[]): boolean {
  return (
    one.length === other.length &&
    one.every((protocol, index) => {
      const counterpart = other[index];
      return counterpart?.name === protocol.name && counterpart.metadata.equals(protocol.metadata);
    })
  );
}
