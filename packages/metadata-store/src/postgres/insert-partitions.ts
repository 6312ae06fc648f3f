import type { PartitionRecord } from '../model.ts';
import { countReplicas } from './broker-loads.ts';
import type { Mutation, Queryable } from './database.ts';

/** Adds partitions to the topic, numbered from `first`, and what brokers hold of them to the brokers' counts. */
export async function insertPartitions(
  mutation: Mutation,
  topicId: string,
  first: number,
  partitions: readonly PartitionRecord[],
): Promise<void> {
  await mutation.query(
    `INSERT INTO partitions (topic_id, partition, leader, leader_epoch, partition_epoch, replicas, isr,
       eligible_replicas, unclean_epoch, original_replicas, target_replicas, version)
     SELECT $1, $4::int + at - 1, (row->>'leader')::int, (row->>'leaderEpoch')::int, (row->>'partitionEpoch')::int,
       ARRAY(SELECT jsonb_array_elements_text(row->'replicas')::int),
       ARRAY(SELECT jsonb_array_elements_text(row->'isr')::int),
       ARRAY(SELECT jsonb_array_elements_text(row->'eligibleReplicas')::int), -1, '{}', '{}', $3
     FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS partition (row, at)`,
    [topicId, JSON.stringify(partitions), mutation.version, first],
  );
  await countReplicas(mutation, [topicId], 1, first);
}

/** Of all topics of the cluster. */
export async function countPartitions(session: Queryable, clusterId: string): Promise<number> {
  const [held] = await session.query<{ count: number }>(
    'SELECT count(*) AS count FROM partitions JOIN topics USING (topic_id) WHERE cluster_id = $1',
    [clusterId],
  );
  return held?.count ?? 0;
}
