import type { Uuid } from '@weir/kafka-protocol/uuid';
import { ConsumerGroup } from '../consumer-group/consumer-group.ts';
import { type Deadline, newDeadline } from '../coordinator/deadlines.ts';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { Account } from '../memory/account.ts';
import {
  groupBytes,
  memberBytes,
  offsetBytes,
  pendingJoinBytes,
  recordBytes,
  topicBytes,
} from './footprint.ts';
import { type GroupState, isTransition } from './group-state.ts';
import { PendingOffsets } from './pending-offsets.ts';
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
  /** In the member's order of preference. After a restart of the coordinator, the chosen one alone. Set by `setProtocols`. */
  protocols: readonly Protocol[];
  /** Set by `setAssignment`. */
  assignment: Buffer;
  /** What the group's account was charged for the member. */
  chargedBytes: number;
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
  | ConsumerDeadline
  | { readonly kind: 'retention'; readonly group: null };

/** Of a member of the new protocol: that it is heard of, and that it lets go of what it is to let go of. */
export interface ConsumerDeadline {
  readonly kind: 'consumer-session' | 'consumer-rebalance';
  readonly group: ClassicGroup;
  readonly memberId: string;
}

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
 * One group, with its offsets and what its members' protocol keeps: of the new one (KIP-848) all of it is in `consumer`,
 * and the rest is that of an empty classic group. Of a classic group it is what the log says
 * (generation, protocol, leader, members with their assignments) and what a restart forgets (who is joining, who
 * waits, what runs out when).
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
  readonly members: ReadonlyMap<string, Member>;
  /** Member id by group instance id. */
  readonly staticMembers: ReadonlyMap<string, string>;
  /** Members that were given an id and have not joined with it yet. */
  readonly pendingJoins: ReadonlyMap<string, Deadline<DeadlineSubject>>;
  /** Members that have the new generation and have not asked for their assignment yet. */
  readonly pendingSyncs = new Set<string>();
  initialDelay: InitialDelay | null = null;
  memberJoinedDuringDelay = false;
  readonly joinDeadline: Deadline<DeadlineSubject>;
  readonly syncDeadline: Deadline<DeadlineSubject>;
  /** By topic, then partition. */
  readonly offsets: ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>>;
  /** Offsets of transactions that are open. */
  readonly pending = new PendingOffsets((bytes) => this.charge(bytes));
  /** null: the group is classic. */
  consumer: ConsumerGroup<DeadlineSubject> | null = null;
  /** Whether the log holds anything about the group. */
  isDurable = false;
  private readonly account: Account;
  private chargedBytes = 0;
  private isReleased = false;
  private readonly memberMap = new Map<string, Member>();
  private readonly staticMap = new Map<string, string>();
  private readonly pendingMap = new Map<string, Deadline<DeadlineSubject>>();
  private readonly offsetMap = new Map<string, Map<number, CommittedOffset>>();
  /** How many members offer the protocol of a name. */
  private readonly protocolCounts = new Map<string, number>();
  private latestRecord: CoordinatorRecord | null = null;

  /** All that the group keeps is charged to `account` until `release`. */
  constructor(name: GroupName, now: number, account: Account) {
    this.name = name;
    this.account = account;
    this.stateTimestamp = now;
    this.members = this.memberMap;
    this.staticMembers = this.staticMap;
    this.pendingJoins = this.pendingMap;
    this.offsets = this.offsetMap;
    this.joinDeadline = newDeadline({ kind: 'join', group: this });
    this.syncDeadline = newDeadline({ kind: 'sync', group: this });
    this.charge(groupBytes(name));
  }

  /** From here on its members speak the new protocol; it has none of the other any more. */
  becomeConsumer(): ConsumerGroup<DeadlineSubject> {
    this.record = null;
    this.state = 'Empty';
    this.protocolType = null;
    this.protocolName = null;
    this.leaderId = null;
    this.generationId = 0;
    this.initialDelay = null;
    this.consumer ??= new ConsumerGroup((bytes) => this.charge(bytes));
    return this.consumer;
  }

  becomeClassic(): void {
    this.consumer?.release();
    this.consumer = null;
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
    this.remember(member);
    this.recharge(member);
  }

  /** Forgets the member in every role; the first of the others becomes leader if it led. */
  remove(memberId: string): void {
    const member = this.memberMap.get(memberId);
    this.pendingSyncs.delete(memberId);
    if (member === undefined) return;
    this.memberMap.delete(memberId);
    this.countProtocols(member.protocols, -1);
    if (member.groupInstanceId !== null) this.staticMap.delete(member.groupInstanceId);
    if (this.leaderId === memberId) this.leaderId = this.members.keys().next().value ?? null;
    this.uncharge(member);
  }

  /** The members are these from now on; returns those that were and are not any more. */
  replaceMembers(members: readonly Member[]): Member[] {
    const gone = new Set(this.memberMap.values());
    this.memberMap.clear();
    this.staticMap.clear();
    this.protocolCounts.clear();
    for (const member of members) {
      gone.delete(member);
      this.add(member);
    }
    for (const member of gone) {
      this.pendingSyncs.delete(member.memberId);
      this.uncharge(member);
    }
    return [...gone];
  }

  setProtocols(member: Member, protocols: readonly Protocol[]): void {
    this.countProtocols(member.protocols, -1);
    member.protocols = protocols;
    this.countProtocols(protocols, 1);
    this.recharge(member);
  }

  setAssignment(member: Member, assignment: Buffer): void {
    member.assignment = assignment;
    this.recharge(member);
  }

  addPendingJoin(memberId: string, deadline: Deadline<DeadlineSubject>): void {
    this.pendingMap.set(memberId, deadline);
    this.charge(pendingJoinBytes(memberId));
  }

  removePendingJoin(memberId: string): Deadline<DeadlineSubject> | undefined {
    const deadline = this.pendingMap.get(memberId);
    if (this.pendingMap.delete(memberId)) this.charge(-pendingJoinBytes(memberId));
    return deadline;
  }

  setOffset(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.offsetMap.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.offsetMap.set(topic, partitions);
      this.charge(topicBytes(topic));
    }
    const former = partitions.get(partition);
    partitions.set(partition, committed);
    this.charge(offsetBytes(committed.metadata) - (former === undefined ? 0 : offsetBytes(former.metadata)));
  }

  removeOffset(topic: string, partition: number): void {
    const partitions = this.offsetMap.get(topic);
    const former = partitions?.get(partition);
    if (partitions === undefined || former === undefined) return;
    partitions.delete(partition);
    this.charge(-offsetBytes(former.metadata));
    if (partitions.size > 0) return;
    this.offsetMap.delete(topic);
    this.charge(-topicBytes(topic));
  }

  /** How many bytes more the group would keep after such a commit; negative where it would be fewer. */
  offsetGrowth(topic: string, partition: number, metadata: string): number {
    const partitions = this.offsetMap.get(topic);
    const former = partitions?.get(partition);
    const added = offsetBytes(metadata) + (partitions === undefined ? topicBytes(topic) : 0);
    return added - (former === undefined ? 0 : offsetBytes(former.metadata));
  }

  /** The group's own record as the log last told it; null while there is none. */
  get record(): CoordinatorRecord | null {
    return this.latestRecord;
  }

  set record(record: CoordinatorRecord | null) {
    this.charge(recordBytes(record) - recordBytes(this.latestRecord));
    this.latestRecord = record;
  }

  /** The group is forgotten: gives back what was charged for it, and charges nothing any more. */
  release(): void {
    this.charge(-this.chargedBytes);
    this.isReleased = true;
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
    return protocols.some((protocol) => this.isCommon(protocol.name));
  }

  /** Of the protocols that all members offer, the one that most of them prefer. There must be members. */
  selectProtocol(): string {
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.protocols.find((protocol) => this.isCommon(protocol.name));
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

  /** Whether it has no members, of either protocol. */
  get isEmpty(): boolean {
    return this.consumer === null ? this.state === 'Empty' : this.consumer.members.size === 0;
  }

  /** Whether anything is left to remember: otherwise the group may be dropped from memory. */
  isVoid(): boolean {
    const hasMembers =
      this.members.size > 0 || this.pendingJoins.size > 0 || (this.consumer?.members.size ?? 0) > 0;
    return !this.isDurable && !hasMembers && this.offsets.size === 0 && this.pending.isEmpty;
  }

  private isCommon(protocolName: string): boolean {
    return this.protocolCounts.get(protocolName) === this.members.size;
  }

  private remember(member: Member): void {
    if (member.groupInstanceId !== null) this.staticMap.set(member.groupInstanceId, member.memberId);
    this.leaderId ??= member.memberId;
    this.memberMap.set(member.memberId, member);
    this.countProtocols(member.protocols, 1);
  }

  private countProtocols(protocols: readonly Protocol[], change: 1 | -1): void {
    for (const { name } of protocols) {
      const count = (this.protocolCounts.get(name) ?? 0) + change;
      if (count === 0) this.protocolCounts.delete(name);
      else this.protocolCounts.set(name, count);
    }
  }

  private recharge(member: Member): void {
    const bytes = memberBytes(member);
    this.charge(bytes - member.chargedBytes);
    member.chargedBytes = bytes;
  }

  private uncharge(member: Member): void {
    this.charge(-member.chargedBytes);
    member.chargedBytes = 0;
  }

  private charge(bytes: number): void {
    if (this.isReleased) return;
    this.chargedBytes += bytes;
    if (bytes >= 0) this.account.take(bytes);
    else this.account.giveBack(-bytes);
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
