import type { BrokerRecord, PartitionRecord } from './model.ts';
import type { BrokerLifeId, PartitionChange, PartitionOutcome, ReplicaId } from './port.ts';
import { committingReplicas, completed, replicationFactorOf } from './reassignment.ts';
import { type Refused, refused } from './rules.ts';

/** How many partitions one call of `electLeaders` changes: others wait for the cell meanwhile. */
export const electionPartitionsMax = 5_000;

/** A partition, and what its topic asks of its ISR. */
export interface PartitionFacts {
  readonly record: PartitionRecord;
  /** Of the topic, as minInsyncReplicasOf asks for them. */
  readonly configs: Readonly<Record<string, string>>;
}

/** Tells replicas of one broker apart. */
export const replicaKey = ({ topicId, partition }: ReplicaId): string => `${topicId}/${partition}`;

/** The brokers of the cell by id, as far as partitions depend on them. */
export type BrokerStates = ReadonlyMap<number, Pick<BrokerRecord, 'bootEpoch' | 'isFenced'>>;

const isCountedOn = (brokers: BrokerStates, brokerId: number) => brokers.get(brokerId)?.isFenced === false;

const isSame = (one: readonly number[], other: readonly number[]) =>
  one.length === other.length && one.every((brokerId, at) => brokerId === other[at]);

const noLeader = -1;

/**
 * The row once `isr` is the ISR, which holds nobody that is fenced: the leader stays if it is in it, else the first
 * replica that is leads; of an empty ISR an eligible one leads, and is the ISR. Who leaves an ISR that has become too
 * small to commit anything holds all that was committed, and so stays eligible (KIP-966, PartitionChangeBuilder),
 * unless it is `lost`; one that has `resigned` stays eligible too, and does not lead next. Kafka leaves eligible ones
 * beside a leader that was one of them even where it alone is enough to commit; they lack what it commits, so here
 * they are not. A reassignment that may end by it ends.
 */
export function settled(
  { record, configs }: PartitionFacts,
  brokers: BrokerStates,
  isr: readonly number[],
  without: { readonly lost?: number | null; readonly resigned?: number } = {},
): PartitionRecord {
  const holders = new Set([...record.eligibleReplicas, ...record.isr]);
  const outside = [...holders].filter((brokerId) => !isr.includes(brokerId) && brokerId !== without.lost);
  const mayLead = (isr.length > 0 ? isr : outside).filter((brokerId) => brokerId !== without.resigned);
  const leader =
    mayLead.includes(record.leader) && isCountedOn(brokers, record.leader)
      ? record.leader
      : (record.replicas.find((brokerId) => mayLead.includes(brokerId) && isCountedOn(brokers, brokerId)) ??
        noLeader);
  const nextIsr = isr.length > 0 || leader === noLeader ? isr : [leader];
  const eligibleReplicas =
    nextIsr.length >= committingReplicas(record, configs)
      ? []
      : outside.filter((brokerId) => !nextIsr.includes(brokerId));
  const next = {
    ...record,
    leader,
    leaderEpoch: record.leaderEpoch + (leader === record.leader ? 0 : 1),
    partitionEpoch: record.partitionEpoch + 1,
    isr: nextIsr,
    eligibleReplicas,
  };
  return completed(next, configs);
}

/** `next`, or null where it says what `record` does. */
export function ifChanged(record: PartitionRecord, next: PartitionRecord): PartitionRecord | null {
  const isKept =
    next.leader === record.leader &&
    next.leaderEpoch === record.leaderEpoch &&
    isSame(next.replicas, record.replicas) &&
    isSame(next.reassignment?.to ?? [], record.reassignment?.to ?? []) &&
    isSame(next.isr, record.isr) &&
    isSame(next.eligibleReplicas, record.eligibleReplicas);
  return isKept ? null : next;
}

/** Without the brokers that are fenced, and led by one that is not, if one may; null: nothing changes. */
export function withoutFenced(facts: PartitionFacts, brokers: BrokerStates): PartitionRecord | null {
  const isr = facts.record.isr.filter((brokerId) => isCountedOn(brokers, brokerId));
  return ifChanged(facts.record, settled(facts, brokers, isr));
}

/**
 * After a broker has registered anew (`brokers` has it as it is from now on); null: nothing changes. See
 * `registerBroker` of the port.
 */
export function afterRegistration(
  facts: PartitionFacts,
  brokers: BrokerStates,
  broker: { readonly brokerId: number; readonly isLost: boolean },
): PartitionRecord | null {
  const { record } = facts;
  const { brokerId } = broker;
  const isElsewhere =
    replicationFactorOf(record) > 1 ||
    [...record.isr, ...record.eligibleReplicas].some((other) => other !== brokerId);
  const isLost = broker.isLost && isElsewhere;
  const isr = record.isr.filter((other) => isCountedOn(brokers, other) && !(isLost && other === brokerId));
  const next = settled(facts, brokers, isr, { lost: isLost ? brokerId : null });
  if (record.leader !== brokerId || next.leader !== brokerId) return ifChanged(record, next);
  return { ...next, leaderEpoch: record.leaderEpoch + 1 };
}

/**
 * Whether a broker that stops has to be replaced in it, by another that holds what was committed and has a lease. Who
 * counts as in sync though its lease has run out may be gone for good, with all that is left of the partition in this
 * broker: what it may have alone waits for it.
 */
export function mustRetireFrom(
  { leader, isr, eligibleReplicas }: PartitionRecord,
  brokerId: number,
  hasLease: (brokerId: number) => boolean,
): boolean {
  if (leader !== brokerId && !isr.includes(brokerId)) return false;
  return [...isr, ...eligibleReplicas].some((other) => other !== brokerId && hasLease(other));
}

type Refusal = Extract<PartitionOutcome, { ok: false }>['refusal'];

/** What a leader asked for, decided. `facts` is null when the topic or the partition does not exist. */
export function decidePartitionChange(
  change: PartitionChange,
  facts: PartitionFacts | null,
  leader: BrokerLifeId,
  brokers: BrokerStates,
): PartitionOutcome {
  if (facts === null) {
    const message = `There is no partition ${change.partition} of topic ${change.topicId}.`;
    return refused('UNKNOWN_TOPIC_ID', message);
  }
  const { record } = facts;
  const { brokerId } = leader;
  if (record.leader !== brokerId) {
    const led = record.leader === noLeader ? 'led by nobody' : `led by broker ${record.leader}`;
    return refused('NOT_LEADER_OR_FOLLOWER', `The partition is ${led}, not by broker ${brokerId}.`);
  }
  if (!isCountedOn(brokers, brokerId)) {
    return refused('NOT_LEADER_OR_FOLLOWER', `Broker ${brokerId} is fenced, and leads nothing any more.`);
  }
  if (record.partitionEpoch !== change.expectedPartitionEpoch) {
    const message = `The partition epoch is ${record.partitionEpoch}, not ${change.expectedPartitionEpoch}.`;
    return refused('INVALID_UPDATE_VERSION', message);
  }
  switch (change.to.kind) {
    case 'isr':
      return withIsr(facts, brokers, change.to.isr);
    case 'next-epoch': {
      const { leaderEpoch, partitionEpoch } = record;
      const value = { ...record, leaderEpoch: leaderEpoch + 1, partitionEpoch: partitionEpoch + 1 };
      return { ok: true, value };
    }
    case 'lead':
      return ledBy(facts, brokers, change.to.leader);
    case 'resign':
      return withoutLeader(facts, brokers, change.to.isLost);
  }
}

function withIsr(
  facts: PartitionFacts,
  brokers: BrokerStates,
  lives: readonly BrokerLifeId[],
): PartitionOutcome {
  const { record } = facts;
  const isr = lives.map((life) => life.brokerId);
  if (!isr.includes(record.leader) || new Set(isr).size < isr.length) {
    throw new RangeError(`an ISR has its leader ${record.leader}, and everybody once: ${isr.join()}`);
  }
  for (const life of lives) {
    const problem = ineligibility(record, brokers, life);
    if (problem !== null) return problem;
  }
  return { ok: true, value: settled(facts, brokers, isr) };
}

/** KIP-841 and 903. Who is in the ISR already, and lives anew since, holds what it held. */
function ineligibility(
  record: PartitionRecord,
  brokers: BrokerStates,
  { brokerId, bootEpoch }: BrokerLifeId,
): Refused<Extract<Refusal, 'INELIGIBLE_REPLICA'>> | null {
  const refuse = (why: string) => refused('INELIGIBLE_REPLICA', `Broker ${brokerId} ${why}.`);
  if (!record.replicas.includes(brokerId)) return refuse('is no replica of the partition');
  if (!isCountedOn(brokers, brokerId)) return refuse('is fenced');
  const current = brokers.get(brokerId)?.bootEpoch;
  if (record.isr.includes(brokerId) || current === bootEpoch) return null;
  return refuse(`is in its life ${current}, not ${bootEpoch}`);
}

function ledBy({ record, configs }: PartitionFacts, brokers: BrokerStates, leader: number): PartitionOutcome {
  if (!record.isr.includes(leader) || !isCountedOn(brokers, leader)) {
    const message = `Broker ${leader} cannot lead: it is not in sync, or fenced.`;
    return refused('INELIGIBLE_REPLICA', message);
  }
  const { leaderEpoch, partitionEpoch } = record;
  const next = { ...record, leader, leaderEpoch: leaderEpoch + 1, partitionEpoch: partitionEpoch + 1 };
  return { ok: true, value: completed(next, configs) };
}

function withoutLeader(facts: PartitionFacts, brokers: BrokerStates, isLost: boolean): PartitionOutcome {
  const { leader, isr, eligibleReplicas } = facts.record;
  const others = [...isr, ...eligibleReplicas].filter((brokerId) => brokerId !== leader);
  if (!others.some((brokerId) => isCountedOn(brokers, brokerId))) {
    const message = `Broker ${leader} is the last that lives and holds what was committed: it cannot resign.`;
    return refused('INELIGIBLE_REPLICA', message);
  }
  const rest = isr.filter((brokerId) => brokerId !== leader && isCountedOn(brokers, brokerId));
  return { ok: true, value: settled(facts, brokers, rest, isLost ? { lost: leader } : { resigned: leader }) };
}
