import type { PartitionRecord } from './model.ts';
import {
  type BrokerStates,
  electionPartitionsMax,
  ifChanged,
  type PartitionFacts,
  settled,
} from './partition-rules.ts';
import type { AskedReassignment, ReassignmentOutcome } from './port.ts';
import { refused } from './rules.ts';

/** What was asked of a partition, decided. `facts` is null when the topic or the partition does not exist. */
export function decideReassignment(
  { topicId, partition, to }: AskedReassignment,
  facts: PartitionFacts | null,
  brokers: BrokerStates,
): ReassignmentOutcome {
  if (facts === null)
    return refused('UNKNOWN_TOPIC_OR_PARTITION', `There is no partition ${partition} of topic ${topicId}.`);
  const { record } = facts;
  const { replicas, reassignment } = record;
  if (to === null && reassignment === null)
    return refused('NO_REASSIGNMENT_IN_PROGRESS', 'The replicas of the partition are not being reassigned.');
  const problem = to === null ? null : targetProblem(to, brokers);
  if (problem !== null) return refused('INVALID_REPLICA_ASSIGNMENT', problem);
  const from = reassignment?.from ?? replicas;
  const placed = placedAnew(record, from, to ?? from);
  if (placed.isr.length + placed.eligibleReplicas.length === 0) {
    const message = `None of the replicas ${placed.replicas.join(', ')} has all that was committed: others are needed until one has.`;
    return refused('INVALID_REPLICA_ASSIGNMENT', message);
  }
  const isr = placed.isr.filter((brokerId) => brokers.get(brokerId)?.isFenced === false);
  const next = settled({ ...facts, record: placed }, brokers, isr);
  const value = withEpochs(record, next);
  return { ok: true, value: ifChanged(record, value) ?? record };
}

export function mustBeFew(asked: readonly AskedReassignment[]): void {
  if (asked.length > electionPartitionsMax)
    throw new RangeError(
      `${asked.length} partitions are to be reassigned at once; ${electionPartitionsMax} may be`,
    );
}

/** In the words of Kafka's ReplicationControlManager. */
function targetProblem(to: readonly number[], brokers: BrokerStates): string | null {
  if (to.length === 0) return 'The manual partition assignment includes an empty replica list.';
  for (const [at, brokerId] of to.entries()) {
    if (to.indexOf(brokerId) < at)
      return `The manual partition assignment includes the broker ${brokerId} more than once.`;
    if (!brokers.has(brokerId))
      return `The manual partition assignment includes broker ${brokerId}, but no such broker is registered.`;
  }
  return null;
}

/** With its replicas on their way, and nobody in sync who is none of them. */
function placedAnew(
  record: PartitionRecord,
  from: readonly number[],
  to: readonly number[],
): PartitionRecord {
  const leaving = from.filter((brokerId) => !to.includes(brokerId));
  const replicas = [...to, ...leaving];
  const isReplica = (brokerId: number) => replicas.includes(brokerId);
  const isOnTheWay = leaving.length > 0 || to.length > from.length;
  return {
    ...record,
    replicas,
    isr: record.isr.filter(isReplica),
    eligibleReplicas: record.eligibleReplicas.filter(isReplica),
    reassignment: isOnTheWay ? { from, to } : null,
  };
}

/**
 * A broker that has just become a replica may have been one before, and its leader may not have heard that it was
 * none in between: the leader forgets in the next epoch how far everybody was.
 */
function withEpochs(before: PartitionRecord, next: PartitionRecord): PartitionRecord {
  const hasNew = next.replicas.some((brokerId) => !before.replicas.includes(brokerId));
  const isSameTerm = next.leaderEpoch === before.leaderEpoch && next.leader >= 0;
  return hasNew && isSameTerm ? { ...next, leaderEpoch: next.leaderEpoch + 1 } : next;
}
