import type { BrokerRecord, PartitionRecord, Uuid } from './model.ts';
import { machineOf, nextReplica, rackOf, type Tally } from './placement.ts';
import type { AskedReassignment } from './port.ts';

export interface PlacedPartition {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly record: PartitionRecord;
}

/** How many replicas each partition is to have: at least, and at most; beyond who can take them never. */
export interface FactorBounds {
  readonly min: number;
  readonly max: number;
}

interface Plan {
  readonly placed: PlacedPartition;
  replicas: number[];
}

/**
 * The reassignments after which all replicas are on `brokers`, spread over racks and machines as those of new topics
 * are, and each of them holds and leads (by preference) as many as the others, give or take one. What can stay where
 * it is stays. The same facts give the same plan. Empty: everything is where it is to be.
 *
 * A broker that is fenced may be back in a moment: it keeps what it holds, and gets nothing. A partition for which
 * too few others are there ends up with fewer replicas than it has, which is for the caller to see.
 */
export function planBalance(
  partitions: readonly PlacedPartition[],
  brokers: readonly Pick<BrokerRecord, 'brokerId' | 'rack' | 'machine' | 'isFenced'>[],
  factor: FactorBounds,
): readonly AskedReassignment[] {
  if (brokers.length === 0) throw new RangeError('nobody is left to hold anything');
  const tallies: Tally[] = brokers.map((broker) => {
    const { brokerId, isFenced } = broker;
    const names = { rack: rackOf(broker), machine: machineOf(broker) };
    return { brokerId, isFenced, ...names, replicas: 0, leaders: 0 };
  });
  const byId = new Map(tallies.map((tally) => [tally.brokerId, tally]));
  const isHere = new Map(brokers.map(({ brokerId, isFenced }) => [brokerId, !isFenced]));
  const here = tallies.filter(({ brokerId }) => isHere.get(brokerId) === true);
  const plans = partitions.map((placed) => ({ placed, replicas: staying(placed.record, byId, factor) }));
  for (const { replicas } of plans) count(byId, replicas, 1);
  for (const plan of plans) fill(plan, here, byId, factor);
  evenReplicas(plans, here, byId);
  evenLeaders(plans, new Map(here.map((tally) => [tally.brokerId, tally])));
  return plans.flatMap(({ placed, replicas }) => {
    const { topicId, partition, record } = placed;
    const isThere = replicas.join() === targetOf(record).join();
    return isThere ? [] : [{ topicId, partition, to: replicas }];
  });
}

const targetOf = ({ replicas, reassignment }: PartitionRecord) => reassignment?.to ?? replicas;

/** Of the replicas there are, those that may stay; of too many the leader and who is in sync. */
function staying(record: PartitionRecord, byId: ReadonlyMap<number, Tally>, { max }: FactorBounds): number[] {
  const here = targetOf(record).filter((brokerId) => byId.has(brokerId));
  const worth = (brokerId: number) =>
    Number(record.leader === brokerId) * 2 + Number(record.isr.includes(brokerId));
  const kept = new Set(here.toSorted((one, other) => worth(other) - worth(one)).slice(0, max));
  return here.filter((brokerId) => kept.has(brokerId));
}

function count(byId: ReadonlyMap<number, Tally>, replicas: readonly number[], by: 1 | -1): void {
  for (const [at, brokerId] of replicas.entries()) {
    const tally = byId.get(brokerId);
    if (tally === undefined) continue;
    tally.replicas += by;
    if (at === 0) tally.leaders += by;
  }
}

/** Gives the partition the replicas that it lacks. */
function fill(
  plan: Plan,
  here: readonly Tally[],
  byId: ReadonlyMap<number, Tally>,
  { min, max }: FactorBounds,
): void {
  const wanted = Math.min(Math.max(targetOf(plan.placed.record).length, min), max);
  if (plan.replicas.length >= wanted) return;
  count(byId, plan.replicas, -1);
  while (plan.replicas.length < wanted && here.some(({ brokerId }) => !plan.replicas.includes(brokerId))) {
    const chosen = plan.replicas.flatMap((brokerId) => byId.get(brokerId) ?? []);
    plan.replicas.push(nextReplica(here, chosen).brokerId);
  }
  count(byId, plan.replicas, 1);
}

const most = (tallies: Iterable<Tally>, by: 'replicas' | 'leaders') =>
  [...tallies].toSorted((one, other) => other[by] - one[by] || one.brokerId - other.brokerId);

/** Takes from who holds the most and gives to who holds the least, for as long as that spreads nothing less. */
function evenReplicas(
  plans: readonly Plan[],
  here: readonly Tally[],
  byId: ReadonlyMap<number, Tally>,
): void {
  for (const plan of plans) {
    const ordered = most(here, 'replicas');
    for (const from of ordered) {
      const at = plan.replicas.indexOf(from.brokerId);
      if (at < 0) continue;
      const to = ordered.findLast(
        (tally) =>
          !plan.replicas.includes(tally.brokerId) &&
          from.replicas - tally.replicas > 1 &&
          isAsSpread(byId, plan.replicas, plan.replicas.with(at, tally.brokerId)),
      );
      if (to === undefined) continue;
      count(byId, plan.replicas, -1);
      plan.replicas = plan.replicas.with(at, to.brokerId);
      count(byId, plan.replicas, 1);
      break;
    }
  }
}

function isAsSpread(byId: ReadonlyMap<number, Tally>, before: readonly number[], after: readonly number[]) {
  const width = (ids: readonly number[], of: 'rack' | 'machine') =>
    new Set(ids.map((brokerId) => byId.get(brokerId)?.[of])).size;
  return width(after, 'rack') >= width(before, 'rack') && width(after, 'machine') >= width(before, 'machine');
}

/** Lets another of a partition's replicas be its preferred leader where that one leads less. */
function evenLeaders(plans: readonly Plan[], byId: ReadonlyMap<number, Tally>): void {
  const leadersOf = (brokerId: number) => byId.get(brokerId)?.leaders ?? 0;
  for (const plan of plans) {
    const [leader, ...followers] = plan.replicas;
    if (leader === undefined || !byId.has(leader)) continue;
    const [least] = followers
      .filter((brokerId) => byId.has(brokerId))
      .toSorted((one, other) => leadersOf(one) - leadersOf(other) || one - other);
    if (least === undefined || leadersOf(leader) - leadersOf(least) <= 1) continue;
    count(byId, plan.replicas, -1);
    plan.replicas = [least, ...plan.replicas.filter((brokerId) => brokerId !== least)];
    count(byId, plan.replicas, 1);
  }
}
