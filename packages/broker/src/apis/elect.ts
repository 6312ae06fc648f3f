import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { PartitionRecord } from '@weir/metadata-store/model';
import { type AskedElection, type AskedElectionOutcome, StoreError } from '@weir/metadata-store/port';
import { handOversAtOnceMax, rowChangesAtOnceMax } from '../cell-limits.ts';
import type { Topic } from '../cluster/topic.ts';
import { handOver, preferredLeaderOf } from '../partition/hand-over.ts';
import type { RequestContext } from './handler.ts';
import { mayChangePartitions, tooManyChanges } from './partition-changes.ts';

export interface AskedPartition {
  readonly topic: string;
  readonly index: number;
}

/** NONE: it has the leader that was asked for, from now on. */
export interface Elected extends AskedPartition {
  readonly error: ErrorName;
  readonly message: string | null;
}

interface Due {
  readonly topic: Topic;
  readonly index: number;
  /** As it was before. */
  readonly record: PartitionRecord;
}

type Kind = AskedElection['kind'];

export const undecided = 'The metadata store did not answer. Try again.';
const notNeeded = 'Leader election not needed for topic partition.';

const told = ({ topic, index }: Due, error: ErrorName, message: string | null = null): Elected => ({
  topic: topic.name,
  index,
  error,
  message,
});

/** Leaders may have changed a moment ago: whether there is anything to elect is to be seen in a fresh picture. */
export async function seeLeaders(context: RequestContext): Promise<'seen' | 'unreachable'> {
  const { cluster } = context.identity;
  try {
    await cluster.lookUps.lookUp();
    return 'seen';
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    context.services.deps.log.warn('election.unseen', { clusterId: cluster.id }, cause);
    return 'unreachable';
  }
}

/**
 * Elects leaders as somebody asks (KIP-460); authorization is the caller's. A partition that this broker leads is handed
 * over once all of it is on its next leader; of any other the store changes the leader, as Kafka's controller does:
 * what was acknowledged with acks=all is safe, what was with acks=1 is lost where only the leader before had it.
 */
export async function elect(
  context: RequestContext,
  kind: Kind,
  asked: readonly AskedPartition[],
): Promise<readonly Elected[]> {
  const { cluster } = context.identity;
  try {
    const { due, elected } = await sortOut(context, kind, asked);
    if (due.length === 0) return elected;
    if (!mayChangePartitions(context, due.length)) {
      // No version of this API knows THROTTLING_QUOTA_EXCEEDED.
      return [...elected, ...due.map((each) => told(each, 'POLICY_VIOLATION', tooManyChanges))];
    }
    if (kind === 'preferred') await handOverOwn(context, due);
    for (let at = 0; at < due.length && !context.isGone(); at += rowChangesAtOnceMax) {
      elected.push(...(await askStore(context, kind, due.slice(at, at + rowChangesAtOnceMax))));
    }
    await context.services.cell.catchUp();
    return elected;
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    context.services.deps.log.warn('election.undecided', { clusterId: cluster.id }, cause);
    return asked.map((each) => ({ ...each, error: 'REQUEST_TIMED_OUT', message: undecided }));
  }
}

/** Those that need an election, and what is to be said of the others. */
async function sortOut(context: RequestContext, kind: Kind, asked: readonly AskedPartition[]) {
  const { topicsByName } = context.identity.cluster;
  const due: Due[] = [];
  const elected: Elected[] = [];
  for (const each of asked) {
    const topic = topicsByName.get(each.topic);
    const record = topic?.record.partitions[each.index];
    if (topic === undefined || record === undefined) {
      const message =
        topic === undefined
          ? `No such topic as ${each.topic}`
          : `No such partition as ${each.topic}-${each.index}`;
      elected.push({ ...each, error: 'UNKNOWN_TOPIC_OR_PARTITION', message });
    } else if (kind === 'preferred' ? record.leader === record.replicas[0] : record.leader >= 0) {
      elected.push({ ...each, error: 'ELECTION_NOT_NEEDED', message: notNeeded });
    } else due.push({ topic, index: each.index, record });
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return { due, elected };
}

async function handOverOwn(context: RequestContext, due: readonly Due[]): Promise<void> {
  const { cell, deps } = context.services;
  const { changes } = cell.environment;
  if (changes === undefined) return;
  const own = due.flatMap(({ topic, index, record }) => {
    const partition = topic.hosted.get(index);
    const [preferred = -1] = record.replicas;
    const mayLead = record.isr.includes(preferred) && cell.isLive(preferred);
    return partition?.hasBegun === true && mayLead ? [partition] : [];
  });
  const look = (partition: (typeof own)[number]) => changes.look(partition);
  for (let at = 0; at < own.length && !context.isGone(); at += handOversAtOnceMax) {
    await handOver({ deps, look }, own.slice(at, at + handOversAtOnceMax), preferredLeaderOf);
  }
}

async function askStore(
  context: RequestContext,
  kind: Kind,
  due: readonly Due[],
): Promise<readonly Elected[]> {
  const { deps, storeTurns } = context.services;
  const clusterId = context.identity.cluster.id;
  const partitions = due.map(({ topic, index }) => ({ topicId: topic.topicId, partition: index }));
  const outcomes = await storeTurns.run(clusterId, () =>
    deps.metadata.electAsked({ clusterId, kind, partitions }),
  );
  if (kind === 'unclean') tellUnclean(context, due, outcomes);
  return due.map((each, at): Elected => {
    const outcome = outcomes[at];
    if (outcome === undefined)
      throw new Error('the store answered for fewer partitions than it was asked for');
    // Handed over just now, or by somebody else: it has the leader that was asked for.
    if (outcome.ok || outcome.refusal === 'ELECTION_NOT_NEEDED') return told(each, 'NONE');
    const { refusal, message } = outcome;
    return told(each, refusal === 'UNKNOWN_TOPIC_ID' ? 'UNKNOWN_TOPIC_OR_PARTITION' : refusal, message);
  });
}

/** Records may be gone by it: who asked is written down, past what limits the lines that clients cause. */
function tellUnclean(
  context: RequestContext,
  due: readonly Due[],
  outcomes: readonly AskedElectionOutcome[],
): void {
  const { environment } = context.services.cell;
  const { cluster, principal } = context.identity;
  for (const [at, { topic, index, record }] of due.entries()) {
    const outcome = outcomes[at];
    if (outcome?.ok !== true) continue;
    const { leader, leaderEpoch } = outcome.value;
    const eligible = [...record.isr, ...record.eligibleReplicas].join(',');
    environment.deps.log.warn('leader.elected.unclean', {
      ...{ clusterId: cluster.id, topicId: topic.topicId, partition: index, leader, leaderEpoch, eligible },
      ...{ principal, host: context.host },
    });
  }
}
