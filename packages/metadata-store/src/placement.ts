import type { PartitionRecord } from './model.ts';

/** A registered broker and what it holds, over all clusters of the cell. */
export interface BrokerLoad {
  readonly brokerId: number;
  readonly replicaCount: number;
  readonly leaderCount: number;
}

interface Tally {
  readonly brokerId: number;
  replicas: number;
  leaders: number;
}

const byReplicas = (one: Tally, other: Tally) =>
  one.replicas - other.replicas || one.leaders - other.leaders || one.brokerId - other.brokerId;
const byLeaders = (one: Tally, other: Tally) => one.leaders - other.leaders || one.brokerId - other.brokerId;

/**
 * Puts each partition on the brokers that hold the fewest replicas, led by the one of them that leads the
 * fewest; ties go to the lower id, so that the same facts give the same placement. The caller has made sure
 * that there are at least `replicationFactor` brokers.
 */
export function placePartitions(
  partitionCount: number,
  replicationFactor: number,
  brokers: readonly BrokerLoad[],
): readonly PartitionRecord[] {
  const tallies: Tally[] = brokers.map((broker) => ({
    brokerId: broker.brokerId,
    replicas: broker.replicaCount,
    leaders: broker.leaderCount,
  }));
  const partitions: PartitionRecord[] = [];
  for (let partition = 0; partition < partitionCount; partition++) {
    const chosen = tallies.sort(byReplicas).slice(0, replicationFactor).sort(byLeaders);
    for (const tally of chosen) tally.replicas += 1;
    const [leader] = chosen;
    if (leader === undefined) throw new RangeError('a partition needs at least one broker');
    leader.leaders += 1;
    const replicas = chosen.map((tally) => tally.brokerId);
    partitions.push({ leader: leader.brokerId, leaderEpoch: 0, partitionEpoch: 0, replicas, isr: replicas });
  }
  return partitions;
}
