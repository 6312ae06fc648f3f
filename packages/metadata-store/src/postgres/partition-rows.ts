import type { PartitionRecord } from '../model.ts';
import { electionPartitionsMax, type PartitionFacts, replicaKey } from '../partition-rules.ts';
import type { ReplicaId, Result } from '../port.ts';
import { isStorable } from '../storable.ts';
import type { Mutation, Queryable } from './database.ts';
import { type PartitionRow, partitionColumns, partitionFrom } from './rows.ts';

/** A partition as it stands in the store. */
export interface StoredPartition {
  readonly topicId: string;
  readonly partition: number;
  readonly facts: PartitionFacts;
}

export interface AlteredPartition extends Omit<StoredPartition, 'facts'> {
  readonly before: PartitionRecord;
  readonly after: PartitionRecord;
}

/** The partitions for which `condition` holds; it speaks of `partitions p` and `topics t`, and may end in an order. */
export async function readPartitions(
  session: Queryable,
  condition: string,
  values: readonly unknown[],
): Promise<readonly StoredPartition[]> {
  const rows = await session.query<PartitionRow & { readonly min_insync_replicas: string | null }>(
    `SELECT ${partitionColumns}, t.configs->>'min.insync.replicas' AS min_insync_replicas
     FROM partitions p JOIN topics t USING (topic_id) WHERE ${condition}`,
    values,
  );
  return rows.map((row) => {
    const set = row.min_insync_replicas;
    const configs: Readonly<Record<string, string>> = set === null ? {} : { 'min.insync.replicas': set };
    const facts = { record: partitionFrom(row), configs };
    return { topicId: row.topic_id, partition: row.partition, facts };
  });
}

/**
 * Decides one after the other, each on what those before it have made of the partition, and writes what came of it.
 * With `clusterId` partitions of other clusters do not exist.
 */
export async function decideEach<
  Asked extends { readonly topicId: string; readonly partition: number },
  Refusal extends string,
>(
  mutation: Mutation,
  asked: readonly Asked[],
  decide: (asked: Asked, facts: PartitionFacts | null) => Result<PartitionRecord, Refusal>,
  clusterId: string | null = null,
): Promise<readonly Result<PartitionRecord, Refusal>[]> {
  // Of other names Postgres could not even be asked; nothing is called so.
  const isAskable = clusterId === null || isStorable(clusterId);
  const askable = isAskable ? asked.filter(({ topicId }) => isStorable(topicId)) : [];
  const stored = await readPartitions(
    mutation,
    `(p.topic_id, p.partition) IN (SELECT * FROM unnest($1::text[], $2::int[]))
       AND ($3::text IS NULL OR t.cluster_id = $3)`,
    [
      askable.map((each) => each.topicId),
      askable.map((each) => each.partition),
      isAskable ? clusterId : null,
    ],
  );
  const known = new Map(stored.map((each) => [replicaKey(each), each.facts]));
  const altered = new Map<string, PartitionRecord>();
  const outcomes = asked.map((each) => {
    const key = replicaKey(each);
    const facts = known.get(key);
    const record = altered.get(key) ?? facts?.record;
    const now = facts === undefined || record === undefined ? null : { ...facts, record };
    const outcome = decide(each, now);
    if (outcome.ok && outcome.value !== record) altered.set(key, outcome.value);
    return outcome;
  });
  await writePartitions(
    mutation,
    stored.flatMap(({ topicId, partition, facts }) => {
      const after = altered.get(replicaKey({ topicId, partition }));
      return after === undefined ? [] : [{ topicId, partition, before: facts.record, after }];
    }),
  );
  return outcomes;
}

/** What `decide` makes of each, without those that stay as they are. */
export function alteredOf(
  stored: readonly StoredPartition[],
  decide: (facts: PartitionFacts, id: ReplicaId) => PartitionRecord | null,
): readonly AlteredPartition[] {
  return stored.flatMap(({ topicId, partition, facts }) => {
    const after = decide(facts, { topicId, partition });
    return after === null ? [] : [{ topicId, partition, before: facts.record, after }];
  });
}

/** One statement for an election. A broker that begins its life may lead more than one statement has the time for. */
const rowsPerStatement = electionPartitionsMax;

/** Writes all of them, each once, and brings up to date how much brokers hold, lead and are in sync with. */
export async function writePartitions(
  mutation: Mutation,
  altered: readonly AlteredPartition[],
): Promise<void> {
  if (altered.length === 0) return;
  for (let at = 0; at < altered.length; at += rowsPerStatement) {
    await updateRows(mutation, altered.slice(at, at + rowsPerStatement));
  }
  await countAltered(mutation, altered);
  mutation.changed();
}

async function updateRows(mutation: Mutation, altered: readonly AlteredPartition[]): Promise<void> {
  const rows = altered.map(({ topicId, partition, after }) => ({
    topic_id: topicId,
    partition,
    leader: after.leader,
    leader_epoch: after.leaderEpoch,
    partition_epoch: after.partitionEpoch,
    replicas: after.replicas,
    isr: after.isr,
    eligible_replicas: after.eligibleReplicas,
    unclean_epoch: after.uncleanEpoch,
    original_replicas: after.reassignment?.from ?? [],
    target_replicas: after.reassignment?.to ?? [],
  }));
  await mutation.query(
    `UPDATE partitions p
     SET leader = a.leader, leader_epoch = a.leader_epoch, partition_epoch = a.partition_epoch,
         replicas = a.replicas, isr = a.isr, eligible_replicas = a.eligible_replicas,
         unclean_epoch = a.unclean_epoch, original_replicas = a.original_replicas, target_replicas = a.target_replicas, version = $2
     FROM jsonb_to_recordset($1::jsonb) AS a (topic_id text, partition int, leader int, leader_epoch int,
       partition_epoch int, replicas int[], isr int[], eligible_replicas int[], unclean_epoch int,
       original_replicas int[], target_replicas int[])
     WHERE p.topic_id = a.topic_id AND p.partition = a.partition`,
    [JSON.stringify(rows), mutation.version],
  );
}

async function countAltered(mutation: Mutation, altered: readonly AlteredPartition[]): Promise<void> {
  const counts = new Map<number, { replicas: number; leaders: number; inSync: number }>();
  const count = ({ leader, replicas, isr }: PartitionRecord, by: 1 | -1) => {
    for (const brokerId of replicas) {
      const held = counts.get(brokerId) ?? { replicas: 0, leaders: 0, inSync: 0 };
      held.replicas += by;
      if (brokerId === leader) held.leaders += by;
      if (isr.includes(brokerId)) held.inSync += by;
      counts.set(brokerId, held);
    }
  };
  for (const { before, after } of altered) {
    count(before, -1);
    count(after, 1);
  }
  const rows = [...counts].map(([broker_id, held]) => ({
    broker_id,
    replicas: held.replicas,
    leaders: held.leaders,
    in_sync: held.inSync,
  }));
  await mutation.query(
    `UPDATE brokers b SET replica_count = b.replica_count + a.replicas,
       leader_count = b.leader_count + a.leaders, isr_count = b.isr_count + a.in_sync
     FROM jsonb_to_recordset($1::jsonb) AS a (broker_id int, replicas int, leaders int, in_sync int)
     WHERE b.broker_id = a.broker_id`,
    [JSON.stringify(rows)],
  );
}
