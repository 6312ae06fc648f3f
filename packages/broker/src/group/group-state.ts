/**
 * What may happen in each state of a classic group:
 *
 * - **Empty**: no members. Offsets may be committed without a generation, and expire after a while; a
 *   member may join, which begins the first rebalance with a delay, so that its fellows can join too.
 * - **PreparingRebalance**: waiting for members to join. Heartbeats and syncs are answered
 *   REBALANCE_IN_PROGRESS; commits of the old generation are still taken, so that nobody loses work. It ends
 *   when all have joined or the longest rebalance timeout has passed: who has not joined is out.
 * - **CompletingRebalance**: everyone knows the new generation; waiting for the leader's assignment.
 *   Commits are answered REBALANCE_IN_PROGRESS. Who does not sync within the rebalance timeout is out.
 * - **Stable**: everyone may have its assignment. A changed subscription, a join by the leader or a
 *   member's end begins the next rebalance.
 *
 * A group that is gone has no state; to clients it is Dead. (Kafka keeps a state of that name for groups
 * that are being unloaded; here the whole shard is dropped instead.)
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/** From each state, where a group may go. Empty and Stable are entered by replaying a record. */
const transitions: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['CompletingRebalance', 'Empty'],
  CompletingRebalance: ['Stable', 'PreparingRebalance'],
  Stable: ['PreparingRebalance', 'Stable'],
};

export function isTransition(from: GroupState, to: GroupState): boolean {
  return transitions[from].includes(to);
}
