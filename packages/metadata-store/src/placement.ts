import type { PartitionRecord } from './model.ts';

/** A broker on which something may be placed, where it stands, and what it holds over all clusters of the cell. */
export interface BrokerLoad {
  readonly brokerId: number;
  /** It is away: what is placed on it it fetches once it is back. */
  readonly isFenced: boolean;
  readonly rack: string | null;
  readonly machine: string | null;
  readonly replicaCount: number;
  readonly leaderCount: number;
}

/** What a broker holds while replicas are placed. */
export interface Tally {
  readonly brokerId: number;
  readonly isFenced: boolean;
  readonly rack: string;
  readonly machine: string;
  replicas: number;
  leaders: number;
}

/** Names that are the same for what fails together; who has not told stands alone. */
export const rackOf = ({ brokerId, rack }: Pick<BrokerLoad, 'brokerId' | 'rack'>): string =>
  rack === null ? `of broker ${brokerId}` : `rack ${rack}`;
export const machineOf = ({ brokerId, machine }: Pick<BrokerLoad, 'brokerId' | 'machine'>): string =>
  machine === null ? `of broker ${brokerId}` : `machine ${machine}`;

const byReplicas = (one: Tally, other: Tally) =>
  one.replicas - other.replicas || one.leaders - other.leaders || one.brokerId - other.brokerId;
const livingFirst = (one: Tally, other: Tally) => Number(one.isFenced) - Number(other.isFenced);
const byLeaders = (one: Tally, other: Tally) =>
  livingFirst(one, other) || one.leaders - other.leaders || one.brokerId - other.brokerId;

/** The broker for the next replica, beside those that are chosen: apart from them, alive, and then with little to do. */
export function nextReplica(tallies: readonly Tally[], chosen: readonly Tally[]): Tally {
  const nearness = (tally: Tally) => {
    const inRack = chosen.filter((other) => other.rack === tally.rack).length;
    const onMachine = chosen.filter((other) => other.machine === tally.machine).length;
    return { tally, inRack, onMachine };
  };
  const [best] = tallies
    .filter((tally) => !chosen.includes(tally))
    .map(nearness)
    .sort(
      (one, other) =>
        one.inRack - other.inRack ||
        one.onMachine - other.onMachine ||
        livingFirst(one.tally, other.tally) ||
        byReplicas(one.tally, other.tally),
    );
  if (best === undefined) throw new RangeError('a partition has more replicas than there are brokers');
  return best.tally;
}

/**
 * Spreads the replicas of each partition over racks, then over machines, then to the brokers that hold the fewest
 * replicas, led by the one of them that leads the fewest, with the others in line for it by turns; ties go to the
 * lower id, so that the same facts give the same placement. Who is away follows, and is not in sync yet. The caller has
 * made sure that there are at least `replicationFactor` brokers, and that one of them is alive.
 */
export function placePartitions(
  partitionCount: number,
  replicationFactor: number,
  brokers: readonly BrokerLoad[],
): readonly PartitionRecord[] {
  const tallies: Tally[] = brokers.map((broker) => ({
    brokerId: broker.brokerId,
    isFenced: broker.isFenced,
    rack: rackOf(broker),
    machine: machineOf(broker),
    replicas: broker.replicaCount,
    leaders: broker.leaderCount,
  }));
  const living = tallies.filter(({ isFenced }) => !isFenced);
  const partitions: PartitionRecord[] = [];
  for (let partition = 0; partition < partitionCount; partition++) {
    const chosen: Tally[] = [];
    // Apart from each other are those that come first: one of them is to lead.
    chosen.push(nextReplica(living, chosen));
    while (chosen.length < replicationFactor) chosen.push(nextReplica(tallies, chosen));
    chosen.sort(byLeaders);
    for (const tally of chosen) tally.replicas += 1;
    const [leader, ...followers] = chosen;
    if (leader === undefined) throw new RangeError('a partition needs at least one broker');
    // The first that is alive takes over: not always the same one for all that a broker leads.
    const turned = leader.leaders % Math.max(1, followers.length);
    leader.leaders += 1;
    const inTurn = [leader, ...followers.slice(turned), ...followers.slice(0, turned)];
    const replicas = inTurn.map((tally) => tally.brokerId);
    const isr = inTurn.filter(({ isFenced }) => !isFenced).map((tally) => tally.brokerId);
    partitions.push({
      leader: leader.brokerId,
      leaderEpoch: 0,
      partitionEpoch: 0,
      replicas,
      isr,
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment: null,
    });
  }
  return partitions;
}
