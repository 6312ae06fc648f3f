import { type Held, HeldBuilder, holdsSameSince, nothingHeld, type Partitions } from './partitions.ts';

/**
 * Where a member stands on its way to the group's assignment:
 *
 * - **stable**: it has all that it was to have at its epoch, and nothing else.
 * - **unrevoked**: it still owns what is to be another's. It stays at its epoch, and gets nothing, until it says that it
 *   has let go (by its heartbeat's list of what it owns), or its rebalance timeout removes it.
 * - **unreleased**: it is at the group's epoch and waits for what its former owners have not let go of yet.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased';

/** A member as the coordinator and it agree. */
export interface Current {
  readonly epoch: number;
  /** An answer may be lost: with it the member is still believed, as long as it owns nothing that it should not. */
  readonly previousEpoch: number;
  readonly state: MemberState;
  readonly assigned: Held;
  /** What it has to let go of before it goes on. */
  readonly pendingRevocation: Held;
}

export const joining: Current = {
  epoch: 0,
  previousEpoch: 0,
  state: 'stable',
  assigned: nothingHeld,
  pendingRevocation: nothingHeld,
};

export interface Reconciled {
  readonly current: Current;
  /** What the member is to have, and since which epoch of the group. */
  readonly target: Partitions;
  readonly targetEpoch: number;
  /** What the member says that it owns; null: it says nothing, so it may own what it had. */
  readonly owned: Partitions | null;
  /** Whether no other member has the partition, or may have it still. */
  readonly isFree: (topicId: string, partition: number) => boolean;
}

/** The member's next step towards its target; the same object where there is none. KIP-848. */
export function reconcile(member: Reconciled): Current {
  const { current, targetEpoch, owned } = member;
  if (current.state === 'stable' && current.epoch === targetEpoch) return current;
  if (current.state === 'unrevoked' && ownsAny(owned, current.pendingRevocation)) return current;
  const next = nextOf(member);
  return isSame(current, next) ? current : next;
}

function nextOf({ current, target, targetEpoch, owned, isFree }: Reconciled): Current {
  const kept = new HeldBuilder();
  const revoked = new HeldBuilder();
  for (const [topicId, partitions] of current.assigned) {
    const wanted = new Set(target.get(topicId));
    for (const [partition, epoch] of partitions) {
      (wanted.has(partition) ? kept : revoked).add(topicId, partition, epoch);
    }
  }
  if (ownsAny(owned, revoked.held)) {
    return {
      epoch: current.epoch,
      previousEpoch: current.previousEpoch,
      state: 'unrevoked',
      assigned: kept.held,
      pendingRevocation: revoked.held,
    };
  }
  let isWaiting = false;
  for (const [topicId, partitions] of target) {
    for (const partition of partitions) {
      if (kept.held.get(topicId)?.has(partition) === true) continue;
      if (isFree(topicId, partition)) kept.add(topicId, partition, targetEpoch);
      else isWaiting = true;
    }
  }
  return {
    epoch: targetEpoch,
    // A step at the same epoch: the answer that told of the epoch may be the one that was lost.
    previousEpoch: current.epoch === targetEpoch ? current.previousEpoch : current.epoch,
    state: isWaiting ? 'unreleased' : 'stable',
    assigned: kept.held,
    pendingRevocation: nothingHeld,
  };
}

/** Whether the member may own any of these. */
function ownsAny(owned: Partitions | null, held: Held): boolean {
  if (held.size === 0) return false;
  if (owned === null) return true;
  for (const [topicId, partitions] of owned) {
    const of = held.get(topicId);
    if (of !== undefined && partitions.some((partition) => of.has(partition))) return true;
  }
  return false;
}

function isSame(one: Current, other: Current): boolean {
  return (
    one.epoch === other.epoch &&
    one.state === other.state &&
    holdsSameSince(one.assigned, other.assigned) &&
    holdsSameSince(one.pendingRevocation, other.pendingRevocation)
  );
}

/** Whether what the member says that it owns is all its own. */
export function ownsOnly(owned: Partitions | null, held: Held): boolean {
  if (owned === null) return false;
  for (const [topicId, partitions] of owned) {
    const of = held.get(topicId);
    if (!partitions.every((partition) => of?.has(partition) === true)) return false;
  }
  return true;
}
