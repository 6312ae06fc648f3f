import {
  type Assignee,
  type Assignor,
  type AssignorName,
  assignRange,
  Draft,
  type PartitionCounts,
  subscribersOf,
} from './assignors.ts';
import type { Partitions } from './partitions.ts';

/** Rounds of moves between members; each makes the differences smaller, and two or three are enough for nearly all groups. */
const roundsMax = 16;

interface Load {
  readonly member: Assignee;
  count: number;
}

/**
 * The same number for all, over all topics, as far as subscriptions allow, and as few moves as possible: everyone keeps
 * what he had until he has too much, what is nobody's goes to whoever has least, and then what can still be
 * evened out between two subscribers of a topic is.
 */
export const assignUniformly: Assignor = (members, counts) => {
  const loads = new Map(members.map((member) => [member.memberId, { member, count: 0 }]));
  const subscribers = new Map(
    Array.from(subscribersOf(members), ([topicId, of]) => [
      topicId,
      of.flatMap(({ memberId }) => loads.get(memberId) ?? []),
    ]),
  );
  const plan = new Plan(loads);
  keepFormer(plan, members, counts, isAlike(members) ? quotaOf(members.length, subscribers, counts) : null);
  // Topics with few subscribers first: who can have others finds them later.
  const order = [...subscribers].sort(([, left], [, right]) => left.length - right.length);
  for (const [topicId, of] of order) giveRest(plan, topicId, of, counts.get(topicId) ?? 0);
  for (let round = 0; round < roundsMax && evenOut(plan, order); round += 1);
  return plan.finish(members);
};

export const assignors: Readonly<Record<AssignorName, Assignor>> = {
  uniform: assignUniformly,
  range: assignRange,
};

/** Who has which partition, and how many each has. */
class Plan {
  readonly loads: ReadonlyMap<string, Load>;
  readonly owners = new Map<string, Map<number, Load>>();

  constructor(loads: ReadonlyMap<string, Load>) {
    this.loads = loads;
  }

  ownersOf(topicId: string): Map<number, Load> {
    const owners = this.owners.get(topicId) ?? new Map<number, Load>();
    this.owners.set(topicId, owners);
    return owners;
  }

  give(topicId: string, partition: number, load: Load): void {
    const owners = this.ownersOf(topicId);
    const former = owners.get(partition);
    if (former !== undefined) former.count -= 1;
    owners.set(partition, load);
    load.count += 1;
  }

  finish(members: readonly Assignee[]): Map<string, Partitions> {
    const draft = new Draft(members);
    for (const [topicId, owners] of this.owners)
      for (const [partition, { member }] of owners) draft.give(member.memberId, topicId, partition);
    return draft.finish();
  }
}

/** Whether all subscribe to the same topics. */
function isAlike(members: readonly Assignee[]): boolean {
  const [first] = members;
  const topics = new Set(first?.topicIds);
  return members.every(
    ({ topicIds }) => topicIds.length === topics.size && topicIds.every((topicId) => topics.has(topicId)),
  );
}

interface Quota {
  readonly each: number;
  /** How many members may have one more. */
  extra: number;
}

function quotaOf(size: number, subscribers: ReadonlyMap<string, unknown>, counts: PartitionCounts): Quota {
  let total = 0;
  for (const topicId of subscribers.keys()) total += counts.get(topicId) ?? 0;
  return { each: Math.floor(total / size), extra: total % size };
}

/** What members had and may have, up to their quota, if there is one. */
function keepFormer(
  plan: Plan,
  members: readonly Assignee[],
  counts: PartitionCounts,
  quota: Quota | null,
): void {
  for (const member of members) {
    const load = plan.loads.get(member.memberId);
    if (load === undefined) continue;
    const topics = new Set(member.topicIds);
    const valid: { readonly topicId: string; readonly partition: number }[] = [];
    for (const [topicId, partitions] of member.target) {
      const count = topics.has(topicId) ? (counts.get(topicId) ?? 0) : 0;
      for (const partition of partitions) if (partition < count) valid.push({ topicId, partition });
    }
    const mayExceed = quota !== null && quota.extra > 0 && valid.length > quota.each;
    const room = quota === null ? valid.length : quota.each + (mayExceed ? 1 : 0);
    if (mayExceed) quota.extra -= 1;
    for (const { topicId, partition } of valid.slice(0, room)) {
      if (!plan.ownersOf(topicId).has(partition)) plan.give(topicId, partition, load);
    }
  }
}

function giveRest(plan: Plan, topicId: string, subscribers: readonly Load[], count: number): void {
  const owners = plan.ownersOf(topicId);
  const queue = new LeastLoaded(subscribers);
  for (let partition = 0; partition < count; partition += 1) {
    if (owners.has(partition)) continue;
    const load = queue.take();
    plan.give(topicId, partition, load);
    queue.put(load);
  }
}

/** Moves partitions of each topic from whoever has most to whoever has least. Whether anything moved. */
function evenOut(plan: Plan, topics: readonly (readonly [string, readonly Load[]])[]): boolean {
  let hasMoved = false;
  for (const [topicId, subscribers] of topics) {
    if (subscribers.length < 2) continue;
    const queue = new LeastLoaded(subscribers);
    const byOwner = [...plan.ownersOf(topicId)].sort(([, left], [, right]) => right.count - left.count);
    for (const [partition, owner] of byOwner) {
      const least = queue.take();
      if (owner.count - least.count >= 2) {
        plan.give(topicId, partition, least);
        hasMoved = true;
      }
      queue.put(least);
    }
  }
  return hasMoved;
}

/** Loads in a heap by their count. A load that became lighter meanwhile is found a little later than it might be. */
class LeastLoaded {
  private readonly heap: Load[];

  constructor(loads: readonly Load[]) {
    // Sorted is a heap.
    this.heap = [...loads].sort((left, right) => left.count - right.count);
  }

  take(): Load {
    const [top] = this.heap;
    const last = this.heap.pop();
    if (top === undefined || last === undefined)
      throw new Error('a topic without subscribers is not assigned');
    if (this.heap.length > 0) this.sink(last);
    return top;
  }

  put(load: Load): void {
    let index = this.heap.push(load) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.heap[parentIndex];
      if (parent === undefined || parent.count <= load.count) break;
      this.heap[index] = parent;
      index = parentIndex;
    }
    this.heap[index] = load;
  }

  private sink(load: Load): void {
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      const right = this.heap[childIndex + 1];
      let child = this.heap[childIndex];
      if (child === undefined) break;
      if (right !== undefined && right.count < child.count) {
        child = right;
        childIndex += 1;
      }
      if (child.count >= load.count) break;
      this.heap[index] = child;
      index = childIndex;
    }
    this.heap[index] = load;
  }
}
