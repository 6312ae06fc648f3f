import type { Partitions } from './partitions.ts';

/** A member as an assignor sees it. */
export interface Assignee {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Ids of topics that are there. */
  readonly topicIds: readonly string[];
  /** What it was to have so far. */
  readonly target: Partitions;
}

/** How many partitions each topic has, by id. */
export type PartitionCounts = ReadonlyMap<string, number>;

/** Every partition of every topic that somebody subscribes to goes to exactly one of its subscribers. */
export type Assignor = (members: readonly Assignee[], counts: PartitionCounts) => Map<string, Partitions>;

export const assignorNames = ['uniform', 'range'] as const;
export type AssignorName = (typeof assignorNames)[number];
export const defaultAssignor: AssignorName = 'uniform';

export function isAssignor(name: string): name is AssignorName {
  return assignorNames.some((known) => known === name);
}

/** Collects an assignment. */
export class Draft {
  private readonly byMember = new Map<string, Map<string, number[]>>();

  constructor(members: readonly Assignee[]) {
    for (const { memberId } of members) this.byMember.set(memberId, new Map());
  }

  give(memberId: string, topicId: string, partition: number): void {
    const topics = this.byMember.get(memberId);
    const partitions = topics?.get(topicId) ?? [];
    topics?.set(topicId, partitions);
    partitions.push(partition);
  }

  finish(): Map<string, Partitions> {
    for (const topics of this.byMember.values())
      for (const partitions of topics.values()) partitions.sort((left, right) => left - right);
    return this.byMember;
  }
}

export function subscribersOf(members: readonly Assignee[]): Map<string, Assignee[]> {
  const subscribers = new Map<string, Assignee[]>();
  for (const member of members) {
    for (const topicId of member.topicIds) {
      const of = subscribers.get(topicId) ?? [];
      subscribers.set(topicId, of);
      of.push(member);
    }
  }
  return subscribers;
}

/**
 * Each topic by itself, in runs: the members in one order (by their static names, or ids) have neighbouring
 * partitions, so that partitions of one number of several topics are with one member where all subscribe alike.
 */
export const assignRange: Assignor = (members, counts) => {
  const draft = new Draft(members);
  for (const [topicId, subscribers] of subscribersOf([...members].sort(byName))) {
    const count = counts.get(topicId) ?? 0;
    const each = Math.floor(count / subscribers.length);
    const extra = count % subscribers.length;
    let partition = 0;
    for (const [index, { memberId }] of subscribers.entries()) {
      const end = partition + each + (index < extra ? 1 : 0);
      for (; partition < end; partition += 1) draft.give(memberId, topicId, partition);
    }
  }
  return draft.finish();
};

function byName(left: Assignee, right: Assignee): number {
  const isStatic = (member: Assignee) => member.instanceId !== null;
  if (isStatic(left) !== isStatic(right)) return isStatic(left) ? -1 : 1;
  const leftName = left.instanceId ?? left.memberId;
  const rightName = right.instanceId ?? right.memberId;
  return leftName < rightName ? -1 : Number(leftName > rightName);
}
