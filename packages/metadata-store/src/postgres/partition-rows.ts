import type { PartitionRecord } from '../model.ts';
import { electionPartitionsMax, type PartitionFacts } from '../partition-rules.ts';
import { minInsyncReplicasOf } from '../topic-configs.ts';
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
    const configs = set === null ? {} : { 'min.insync.replicas': set };
    const minInsyncReplicas = minInsyncReplicasOf(configs, row.replicas.length);
    const facts = { record: partitionFrom(row), minInsyncReplicas };
    return { topicId: row.topic_id, partition: row.partition, facts };
  });
}

/** What `decide` makes of each, without those that stay as they are. */
export function alteredOf(
  stored: readonly StoredPartition[],
  decide: (facts: PartitionFacts) => PartitionRecord | null,
): readonly AlteredPartition[] {
  return stored.flatMap(({ topicId, partition, facts }) => {
    const after = decide(facts);
    return after === null ? [] : [{ topicId, partition, before: facts.record, after }];
  });
}

/** One statement for an election. A broker that begins its life may lead more than one statement has the time for. */
const rowsPerStatement = electionPartitionsMax;

/** Writes all of them, each once, and brings up to date how much brokers lead and are in sync with. */
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
    isr: after.isr,
    eligible_replicas: after.eligibleReplicas,
  }));
  await mutation.query(
    `UPDATE partitions p
     SET leader = a.leader, leader_epoch = a.leader_epoch, partition_epoch = a.partition_epoch, isr = a.isr,
         eligible_replicas = a.eligible_replicas, version = $2
     FROM jsonb_to_recordset($1::jsonb) AS a (topic_id text, partition int, leader int, leader_epoch int,
       partition_epoch int, isr int[], eligible_replicas int[])
     WHERE p.topic_id = a.topic_id AND p.partition = a.partition`,
    [JSON.stringify(rows), mutation.version],
  );
}

async function countAltered(mutation: Mutation, altered: readonly AlteredPartition[]): Promise<void> {
  const counts = new Map<number, { leaders: number; inSync: number }>();
  const count = ({ leader, isr }: PartitionRecord, by: 1 | -1) => {
    for (const brokerId of new Set([leader, ...isr])) {
      const held = counts.get(brokerId) ?? { leaders: 0, inSync: 0 };
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
    leaders: held.leaders,
    in_sync: held.inSync,
  }));
  await mutation.query(
    `UPDATE brokers b SET leader_count = b.leader_count + a.leaders, isr_count = b.isr_count + a.in_sync
     FROM jsonb_to_recordset($1::jsonb) AS a (broker_id int, leaders int, in_sync int)
     WHERE b.broker_id = a.broker_id`,
    [JSON.stringify(rows)],
  );
}
