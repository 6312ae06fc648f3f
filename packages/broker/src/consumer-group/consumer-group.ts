import { type Deadline, newDeadline } from '../coordinator/deadlines.ts';
import { type AssignorName, assignorNames, defaultAssignor, isAssignor } from './assignors.ts';
import { countPartitions, noPartitions, type Partitions } from './partitions.ts';
import { type Current, joining } from './reconcile.ts';

/** What a member says of itself. */
export interface Subscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Each once, in order. */
  readonly topicNames: readonly string[];
  /** null: none. */
  readonly regex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
}

export interface ConsumerMember {
  readonly memberId: string;
  readonly subscription: Subscription;
  readonly current: Current;
  readonly target: Partitions;
}

/** The topics that a regular expression stands for, as they were found last. */
export interface ResolvedRegex {
  readonly topics: readonly string[];
  /** When that was, milliseconds since the epoch. */
  readonly timestamp: number;
}

export interface RegexLook {
  readonly version: number;
  /** By the monotonic clock. */
  readonly atMs: number;
}

/** The epoch of a static member that has left for a while. */
export const awayEpoch = -2;

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

/** What one member costs on the heap besides its texts and partitions, and each of those, bytes: rounded up as in `group/footprint`. */
const memberBase = 1_600;
const nameBase = 80;
const partitionBytes = 160;
const regexBase = 300;

export function subscriptionBytes(memberId: string, subscription: Subscription): number {
  const { instanceId, rackId, clientId, clientHost, topicNames, regex } = subscription;
  let texts = 2 * memberId.length + clientId.length + clientHost.length;
  texts += 2 * (instanceId?.length ?? 0) + (rackId?.length ?? 0) + (regex?.length ?? 0);
  for (const name of topicNames) texts += nameBase + name.length;
  return memberBase + 2 * texts;
}

/** What so many partitions cost the group that assigns them. */
export function assignmentBytes(partitions: number): number {
  return partitionBytes * partitions;
}

/**
 * A group of the new protocol (KIP-848), as the log tells it: the coordinator assigns, and each member goes towards its
 * part of the assignment by heartbeats of its own, at its own pace. Three epochs: the group's, which grows
 * whenever an assignment is needed; that of the newest assignment; and that of each member, which it has once it has let
 * go of what is no longer its own.
 *
 * The subscriber of a topic is counted, and the owner of a partition noted, as records are replayed.
 */
export class ConsumerGroup<Subject> {
  epoch = 0;
  metadataHash = 0;
  assignmentEpoch = 0;
  /** When the newest assignment was made, milliseconds since the epoch. */
  assignmentTimestamp = 0;
  readonly members: ReadonlyMap<string, ConsumerMember>;
  /** Member id by static name. */
  readonly staticMembers: ReadonlyMap<string, string>;
  readonly regexes: ReadonlyMap<string, ResolvedRegex>;
  /** How many members name the topic. */
  readonly subscriberCounts: ReadonlyMap<string, number>;
  /** The version of the cluster's topics that the group's epoch takes into account; null: not looked since the start. */
  topicsVersion: number | null = null;
  /** When the newest assignment was made here, by the monotonic clock. */
  assignedAtMs = Number.NEGATIVE_INFINITY;
  /** When each regular expression was resolved last, over which version of the cluster's topics. */
  readonly regexLooks = new Map<string, RegexLook>();
  /** What runs out: by member. */
  readonly sessions = new Map<string, Deadline<Subject>>();
  readonly rebalances = new Map<string, Deadline<Subject>>();
  private readonly memberMap = new Map<string, ConsumerMember>();
  private readonly staticMap = new Map<string, string>();
  private readonly regexMap = new Map<string, ResolvedRegex>();
  private readonly countMap = new Map<string, number>();
  /** By topic id and partition: who has it, or may have it still. */
  private readonly owners = new Map<string, Map<number, string>>();
  private readonly charge: (bytes: number) => void;
  private chargedBytes = 0;

  constructor(charge: (bytes: number) => void) {
    this.charge = charge;
    this.members = this.memberMap;
    this.staticMembers = this.staticMap;
    this.regexes = this.regexMap;
    this.subscriberCounts = this.countMap;
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty';
    if (this.epoch > this.assignmentEpoch) return 'Assigning';
    for (const { current } of this.members.values()) {
      if (current.state !== 'stable' || current.epoch !== this.assignmentEpoch) return 'Reconciling';
    }
    return 'Stable';
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    return this.members.get(this.staticMembers.get(instanceId) ?? '');
  }

  setSubscription(memberId: string, subscription: Subscription): void {
    const former = this.members.get(memberId);
    const { current, target } = former ?? { current: joining, target: noPartitions };
    this.forgetSubscription(former);
    this.count(subscription, 1);
    if (subscription.instanceId !== null) this.staticMap.set(subscription.instanceId, memberId);
    this.put(former, { memberId, subscription, current, target });
  }

  /** Of a member that is not there nothing is kept: what the log says of it came before its end. */
  setTarget(memberId: string, target: Partitions): void {
    const former = this.members.get(memberId);
    if (former !== undefined) this.put(former, { ...former, target });
  }

  setCurrent(memberId: string, current: Current): void {
    const former = this.members.get(memberId);
    if (former === undefined) return;
    this.disown(former);
    for (const held of [current.assigned, current.pendingRevocation]) {
      for (const [topicId, partitions] of held) {
        const owners = this.owners.get(topicId) ?? new Map<number, string>();
        this.owners.set(topicId, owners);
        for (const partition of partitions.keys()) owners.set(partition, memberId);
      }
    }
    this.put(former, { ...former, current });
  }

  remove(memberId: string): void {
    const member = this.members.get(memberId);
    if (member === undefined) return;
    this.disown(member);
    this.forgetSubscription(member);
    this.memberMap.delete(memberId);
    this.account(-memberBytes(member));
  }

  setRegex(pattern: string, resolved: ResolvedRegex | null): void {
    const former = this.regexMap.get(pattern);
    if (former !== undefined) this.account(-regexBytes(pattern, former.topics));
    if (resolved === null) {
      this.regexMap.delete(pattern);
      this.regexLooks.delete(pattern);
      return;
    }
    this.regexMap.set(pattern, resolved);
    this.account(regexBytes(pattern, resolved.topics));
  }

  /** Whether nobody but this member has the partition, or may have it still. */
  isFree(topicId: string, partition: number, memberId: string): boolean {
    const owner = this.owners.get(topicId)?.get(partition);
    return owner === undefined || owner === memberId;
  }

  /** How many bytes more are kept once the regular expression stands for these topics. */
  regexGrowth(pattern: string, topics: readonly string[]): number {
    const former = this.regexMap.get(pattern);
    return regexBytes(pattern, topics) - (former === undefined ? 0 : regexBytes(pattern, former.topics));
  }

  /** What most members ask for, this one with what it says now; without a wish the first that there is. */
  assignor(changed?: {
    readonly memberId: string;
    readonly subscription: Subscription | null;
  }): AssignorName {
    const votes = new Map<AssignorName, number>();
    const vote = (subscription: Subscription | null) => {
      const wish = subscription?.serverAssignor ?? null;
      if (wish !== null && isAssignor(wish)) votes.set(wish, (votes.get(wish) ?? 0) + 1);
    };
    for (const { memberId, subscription } of this.members.values())
      if (memberId !== changed?.memberId) vote(subscription);
    vote(changed?.subscription ?? null);
    let winner: AssignorName = defaultAssignor;
    for (const name of assignorNames) if ((votes.get(name) ?? 0) > (votes.get(winner) ?? 0)) winner = name;
    return winner;
  }

  /** Partitions of the newest assignment. */
  assignedCount(): number {
    let count = 0;
    for (const { target } of this.members.values()) count += countPartitions(target);
    return count;
  }

  /** All that is kept is charged to nobody any more. */
  release(): void {
    this.account(-this.chargedBytes);
  }

  session(memberId: string, subject: Subject): Deadline<Subject> {
    return deadlineOf(this.sessions, memberId, subject);
  }

  rebalance(memberId: string, subject: Subject): Deadline<Subject> {
    return deadlineOf(this.rebalances, memberId, subject);
  }

  private put(former: ConsumerMember | undefined, member: ConsumerMember): void {
    this.memberMap.set(member.memberId, member);
    this.account(memberBytes(member) - (former === undefined ? 0 : memberBytes(former)));
  }

  private disown({ memberId, current }: ConsumerMember): void {
    for (const held of [current.assigned, current.pendingRevocation]) {
      for (const [topicId, partitions] of held) {
        const owners = this.owners.get(topicId);
        for (const partition of partitions.keys())
          if (owners?.get(partition) === memberId) owners.delete(partition);
        if (owners?.size === 0) this.owners.delete(topicId);
      }
    }
  }

  private forgetSubscription(member: ConsumerMember | undefined): void {
    if (member === undefined) return;
    const { memberId, subscription } = member;
    this.count(subscription, -1);
    const { instanceId } = subscription;
    if (instanceId !== null && this.staticMap.get(instanceId) === memberId) this.staticMap.delete(instanceId);
  }

  private count({ topicNames }: Subscription, change: 1 | -1): void {
    for (const name of topicNames) {
      const count = (this.countMap.get(name) ?? 0) + change;
      if (count === 0) this.countMap.delete(name);
      else this.countMap.set(name, count);
    }
  }

  private account(bytes: number): void {
    this.chargedBytes += bytes;
    this.charge(bytes);
  }
}

function deadlineOf<Subject>(
  deadlines: Map<string, Deadline<Subject>>,
  memberId: string,
  subject: Subject,
): Deadline<Subject> {
  const deadline = deadlines.get(memberId) ?? newDeadline(subject);
  deadlines.set(memberId, deadline);
  return deadline;
}

function memberBytes({ memberId, subscription, current, target }: ConsumerMember): number {
  const { assigned, pendingRevocation } = current;
  const held = countPartitions(assigned) + countPartitions(pendingRevocation);
  // Half for being meant, half for being had.
  const partitions = (countPartitions(target) + held) / 2;
  return subscriptionBytes(memberId, subscription) + Math.ceil(assignmentBytes(partitions));
}

export function regexBytes(pattern: string, topics: readonly string[]): number {
  let bytes = regexBase + 2 * pattern.length;
  for (const topic of topics) bytes += nameBase + topic.length;
  return bytes;
}
