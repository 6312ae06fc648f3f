import {
  brokerNotRegistered,
  decideRegistration,
  type LastLife,
  type Lease,
  proposalProblem,
  staleBrokerEpoch,
} from '../broker-rules.ts';
import type { BrokerRecord, PartitionRecord, TopicRecord, Uuid } from '../model.ts';
import {
  afterRegistration,
  type BrokerStates,
  decidePartitionChange,
  electionPartitionsMax,
  mustRetireFrom,
  type PartitionFacts,
  replicaKey,
  withoutFenced,
} from '../partition-rules.ts';
import type {
  AskedReassignment,
  BrokerLifeId,
  Change,
  Election,
  MetadataStore,
  NewBroker,
  NumberedPartition,
  PartitionChange,
  PartitionOutcome,
  ReassignmentOutcome,
  RegisteredBroker,
  ReplicaId,
  Result,
} from '../port.ts';
import { decideReassignment, mustBeFew } from '../reassignment-rules.ts';
import type { CellState } from './cell-state.ts';
import type { Decision } from './decisions.ts';

const factsOf = (topic: TopicRecord, record: PartitionRecord): PartitionFacts => ({
  record,
  configs: topic.configs,
});

const brokerChange = (broker: BrokerRecord): Change => ({
  kind: 'broker',
  brokerId: broker.brokerId,
  broker,
});

const withBroker = (state: CellState, broker: BrokerRecord): BrokerStates =>
  new Map([...state.brokers, [broker.brokerId, broker]]);

/** What `decide` makes of each partition, until it made something else of `countMax`. */
function alterEach(
  state: CellState,
  countMax: number,
  decide: (facts: PartitionFacts, id: ReplicaId) => PartitionRecord | null,
): { readonly changes: readonly Change[]; readonly count: number } {
  const changes: Change[] = [];
  let count = 0;
  for (const topic of state.topics.values()) {
    if (count === countMax) break;
    const partitions: NumberedPartition[] = [];
    for (const [index, record] of topic.partitions.entries()) {
      if (count === countMax) break;
      const next = decide(factsOf(topic, record), { topicId: topic.topicId, partition: index });
      if (next === null) continue;
      partitions.push({ index, record: next });
      count += 1;
    }
    const { clusterId, topicId } = topic;
    if (partitions.length > 0) changes.push({ kind: 'partitions', clusterId, topicId, partitions });
  }
  return { changes, count };
}

export function registerBroker(
  state: CellState,
  broker: NewBroker,
  last: LastLife | null,
): Decision<Result<RegisteredBroker, 'DUPLICATE_BROKER_REGISTRATION'>> {
  const decided = decideRegistration(broker, last);
  if (!decided.ok) return { result: decided, changes: [] };
  const { record, before } = decided.value;
  const isDirectoryLost = before?.isDirectoryLost ?? false;
  const changes = before === null ? [] : begin(state, record, isDirectoryLost, broker.missingReplicas);
  const result = { ok: true, value: { ...record, isDirectoryLost } } as const;
  return { result, changes: [brokerChange(record), ...changes] };
}

function begin(
  state: CellState,
  record: BrokerRecord,
  isDirectoryLost: boolean,
  missing: readonly ReplicaId[],
): readonly Change[] {
  const { brokerId } = record;
  const brokers = withBroker(state, record);
  const keys = new Set(missing.map(replicaKey));
  const decide = (facts: PartitionFacts, id: ReplicaId) => {
    const { leader, replicas } = facts.record;
    const isLost = isDirectoryLost || keys.has(replicaKey(id));
    const isTouched = leader === brokerId || ((leader === -1 || isLost) && replicas.includes(brokerId));
    return isTouched ? afterRegistration(facts, brokers, { brokerId, isLost }) : null;
  };
  return alterEach(state, Number.POSITIVE_INFINITY, decide).changes;
}

export function unfenceBroker(
  state: CellState,
  { brokerId, bootEpoch }: BrokerLifeId,
): Decision<Result<BrokerRecord, 'STALE_BROKER_EPOCH'>> {
  const current = state.brokers.get(brokerId);
  if (current?.bootEpoch !== bootEpoch) return { result: staleBrokerEpoch(brokerId), changes: [] };
  if (!current.isFenced) return { result: { ok: true, value: current }, changes: [] };
  const broker = { ...current, isFenced: false };
  const brokers = withBroker(state, broker);
  const { changes } = alterEach(state, Number.POSITIVE_INFINITY, (facts) =>
    facts.record.leader === -1 && facts.record.replicas.includes(brokerId)
      ? withoutFenced(facts, brokers)
      : null,
  );
  return { result: { ok: true, value: broker }, changes: [brokerChange(broker), ...changes] };
}

export function retireBroker(
  state: CellState,
  { brokerId, bootEpoch }: BrokerLifeId,
  hasLease: (brokerId: number) => boolean,
): Decision<Awaited<ReturnType<MetadataStore['retireBroker']>>> {
  const current = state.brokers.get(brokerId);
  if (current?.bootEpoch !== bootEpoch) return { result: staleBrokerEpoch(brokerId), changes: [] };
  const broker = { ...current, isFenced: true };
  const brokers = withBroker(state, broker);
  const { changes, count } = alterEach(state, electionPartitionsMax, (facts) =>
    mustRetireFrom(facts.record, brokerId, hasLease) ? withoutFenced(facts, brokers) : null,
  );
  const value = { isComplete: count < electionPartitionsMax };
  const own = current.isFenced ? [] : [brokerChange(broker)];
  return { result: { ok: true, value }, changes: [...own, ...changes] };
}

export interface ElectionClock {
  readonly nowMs: number;
  leaseOf(brokerId: number): Lease | null;
  isExpired(brokerId: number): boolean;
}

export function electLeaders(
  state: CellState,
  proposer: BrokerLifeId,
  clock: ElectionClock,
): Decision<Awaited<ReturnType<MetadataStore['electLeaders']>>> {
  const { brokerId } = proposer;
  const own = state.brokers.get(brokerId) ?? null;
  const problem = proposalProblem(proposer, own, clock.leaseOf(brokerId), clock.nowMs);
  if (problem !== null) return { result: problem, changes: [] };
  const fenced = [...state.brokers.values()]
    .filter((broker) => !broker.isFenced && clock.isExpired(broker.brokerId))
    .map((broker) => ({ ...broker, isFenced: true }));
  const brokers = new Map([...state.brokers, ...fenced.map((broker) => [broker.brokerId, broker] as const)]);
  const isFenced = (id: number) => brokers.get(id)?.isFenced === true;
  const isAffected = ({ leader, isr }: PartitionRecord) => isFenced(leader) || isr.some(isFenced);
  // Asked twice a second by everybody: partitions are looked at only where somebody is fenced.
  const topics = [...brokers.values()].some((broker) => broker.isFenced) ? [...state.topics.values()] : [];
  const affected = topics.reduce((sum, topic) => sum + topic.partitions.filter(isAffected).length, 0);
  const countMax = Math.min(affected, electionPartitionsMax);
  const { changes, count } = alterEach(state, countMax, (facts) =>
    isAffected(facts.record) ? withoutFenced(facts, brokers) : null,
  );
  const fencedBrokers = fenced.map((broker) => broker.brokerId);
  const leases = [...state.brokers.values()]
    .filter((broker) => !broker.isFenced)
    .map((broker) => ({
      brokerId: broker.brokerId,
      leftMs: (clock.leaseOf(broker.brokerId)?.untilMs ?? clock.nowMs) - clock.nowMs,
    }))
    .toSorted((one, other) => one.brokerId - other.brokerId);
  const value: Election = {
    fencedBrokers,
    partitionsChanged: count,
    isComplete: affected === count,
    leases,
  };
  return { result: { ok: true, value }, changes: [...fenced.map(brokerChange), ...changes] };
}

/** Decides one after the other, each on what those before it have made of the partition. */
export function decideEach<
  Asked extends { readonly topicId: Uuid; readonly partition: number },
  Refusal extends string,
>(
  state: CellState,
  asked: readonly Asked[],
  decide: (asked: Asked, facts: PartitionFacts | null) => Result<PartitionRecord, Refusal>,
): Decision<readonly Result<PartitionRecord, Refusal>[]> {
  const altered = new Map<Uuid, Map<number, PartitionRecord>>();
  const outcomes = asked.map((each) => {
    const { topicId, partition } = each;
    const topic = state.topics.get(topicId);
    const record = altered.get(topicId)?.get(partition) ?? topic?.partitions[partition];
    const facts = topic === undefined || record === undefined ? null : factsOf(topic, record);
    const outcome = decide(each, facts);
    if (outcome.ok && outcome.value !== record) {
      const ofTopic = altered.get(topicId) ?? new Map<number, PartitionRecord>();
      altered.set(topicId, ofTopic.set(partition, outcome.value));
    }
    return outcome;
  });
  const changes = [...altered].map(([topicId, records]): Change => {
    const partitions = [...records].map(([index, record]) => ({ index, record }));
    partitions.sort((one, other) => one.index - other.index);
    return { kind: 'partitions', clusterId: state.topics.get(topicId)?.clusterId ?? '', topicId, partitions };
  });
  return { result: outcomes, changes };
}

export function alterPartitions(
  state: CellState,
  life: BrokerLifeId,
  asked: readonly PartitionChange[],
): Decision<Result<readonly PartitionOutcome[], 'STALE_BROKER_EPOCH'>> {
  if (state.brokers.get(life.brokerId)?.bootEpoch !== life.bootEpoch) {
    return { result: staleBrokerEpoch(life.brokerId), changes: [] };
  }
  const { result, changes } = decideEach(state, asked, (change, facts) =>
    decidePartitionChange(change, facts, life, state.brokers),
  );
  return { result: { ok: true, value: result }, changes };
}

export function reassignPartitions(
  state: CellState,
  asked: readonly AskedReassignment[],
): Decision<readonly ReassignmentOutcome[]> {
  mustBeFew(asked);
  return decideEach(state, asked, (each, facts) => decideReassignment(each, facts, state.brokers));
}

export function cordonBroker(
  state: CellState,
  brokerId: number,
  isCordoned: boolean,
): Decision<Result<BrokerRecord, 'BROKER_ID_NOT_REGISTERED'>> {
  const current = state.brokers.get(brokerId);
  if (current === undefined) return { result: brokerNotRegistered(brokerId), changes: [] };
  const broker = { ...current, isCordoned };
  const isSame = current.isCordoned === isCordoned;
  return { result: { ok: true, value: broker }, changes: isSame ? [] : [brokerChange(broker)] };
}
