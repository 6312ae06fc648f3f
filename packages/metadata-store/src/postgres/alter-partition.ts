import type { PartitionRecord } from '../model.ts';
import type { AlterPartition, Result } from '../port.ts';
import { decideAlterPartition } from '../rules.ts';
import { countReplicas } from './broker-loads.ts';
import type { CellDatabase, Mutation } from './database.ts';

export function alterPartition(
  database: CellDatabase,
  change: AlterPartition,
): Promise<Result<PartitionRecord, 'UNKNOWN_TOPIC_ID' | 'INVALID_UPDATE_VERSION'>> {
  return database.mutate('alterPartition', async (mutation) => {
    const [row] = await mutation.query<Row>(
      `SELECT leader, leader_epoch, partition_epoch, replicas, isr FROM partitions JOIN topics USING (topic_id)
       WHERE cluster_id = $1 AND topic_id = $2 AND partition = $3`,
      [change.clusterId, change.topicId, change.partition],
    );
    const decision = decideAlterPartition(change, row === undefined ? null : partitionFrom(row));
    if (decision.ok) await update(mutation, change, decision.value);
    return decision;
  });
}

interface Row {
  readonly leader: number;
  readonly leader_epoch: number;
  readonly partition_epoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

const partitionFrom = (row: Row): PartitionRecord => ({
  leader: row.leader,
  leaderEpoch: row.leader_epoch,
  partitionEpoch: row.partition_epoch,
  replicas: row.replicas,
  isr: row.isr,
});

async function update(mutation: Mutation, change: AlterPartition, value: PartitionRecord): Promise<void> {
  const { topicId, partition } = change;
  await countReplicas(mutation, [topicId], -1);
  await mutation.query(
    `UPDATE partitions SET leader = $3, leader_epoch = $4, partition_epoch = $5, isr = $6
     WHERE topic_id = $1 AND partition = $2`,
    [topicId, partition, value.leader, value.leaderEpoch, value.partitionEpoch, value.isr],
  );
  await countReplicas(mutation, [topicId], 1);
  await mutation.query('UPDATE topics SET version = $2 WHERE topic_id = $1', [topicId, mutation.version]);
  mutation.changed();
}
