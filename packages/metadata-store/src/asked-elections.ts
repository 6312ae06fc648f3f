import type { PartitionRecord } from './model.ts';
import type { BrokerStates, PartitionFacts } from './partition-rules.ts';
import type { AskedElection, AskedElectionOutcome } from './port.ts';
import { addingReplicas, completed } from './reassignment.ts';
import { refused } from './rules.ts';

const noLeader = -1;

/** An election that somebody asked for, decided (KIP-460). `facts` is null where the cluster has no such partition. */
export function decideAskedElection(
  kind: AskedElection['kind'],
  facts: PartitionFacts | null,
  brokers: BrokerStates,
): AskedElectionOutcome {
  if (facts === null) return refused('UNKNOWN_TOPIC_ID', 'There is no such partition.');
  const { record, configs } = facts;
  const isCountedOn = (brokerId: number) => brokers.get(brokerId)?.isFenced === false;
  const outcome = kind === 'preferred' ? preferred(record, isCountedOn) : unclean(record, isCountedOn);
  // Whoever leads now may be the last that a reassignment waited for.
  return outcome.ok ? { ok: true, value: completed(outcome.value, configs) } : outcome;
}

/** All that was committed is on whoever is in sync, so that nothing of it is lost with the leader. */
function preferred(
  record: PartitionRecord,
  isCountedOn: (brokerId: number) => boolean,
): AskedElectionOutcome {
  const [leader = noLeader] = record.replicas;
  if (record.leader === leader) return notNeeded;
  if (!record.isr.includes(leader) || !isCountedOn(leader)) {
    return refused('PREFERRED_LEADER_NOT_AVAILABLE', 'The preferred leader was not available.');
  }
  return { ok: true, value: ledBy(record, leader, record.isr, record.eligibleReplicas) };
}

/** Whoever held what was committed comes back as a follower, and takes over what the new leader has. */
function unclean(record: PartitionRecord, isCountedOn: (brokerId: number) => boolean): AskedElectionOutcome {
  if (record.leader !== noLeader) return notNeeded;
  const alive = record.replicas.filter(isCountedOn);
  const holders = new Set([...record.isr, ...record.eligibleReplicas]);
  const adding = addingReplicas(record);
  // Who is only being added has the least.
  const leader =
    alive.find((brokerId) => holders.has(brokerId)) ??
    alive.find((brokerId) => !adding.includes(brokerId)) ??
    alive[0];
  if (leader === undefined) {
    const message = 'Eligible topic partition leaders are not available.';
    return refused('ELIGIBLE_LEADERS_NOT_AVAILABLE', message);
  }
  const next = ledBy(record, leader, [leader], []);
  return { ok: true, value: { ...next, uncleanEpoch: next.leaderEpoch } };
}

const notNeeded = refused('ELECTION_NOT_NEEDED', 'Leader election not needed for topic partition.');

function ledBy(
  record: PartitionRecord,
  leader: number,
  isr: readonly number[],
  eligibleReplicas: readonly number[],
): PartitionRecord {
  const { leaderEpoch, partitionEpoch } = record;
  const epochs = { leaderEpoch: leaderEpoch + 1, partitionEpoch: partitionEpoch + 1 };
  return { ...record, ...epochs, leader, isr, eligibleReplicas };
}
