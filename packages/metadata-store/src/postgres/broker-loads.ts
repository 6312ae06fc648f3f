import type { BrokerLoad } from '../placement.ts';
import type { Mutation } from './database.ts';

export async function readBrokerLoads(mutation: Mutation): Promise<readonly BrokerLoad[]> {
  const rows = await mutation.query<{ broker_id: number; replica_count: number; leader_count: number }>(
    'SELECT broker_id, replica_count, leader_count FROM brokers',
  );
  return rows.map((row) => ({
    brokerId: row.broker_id,
    replicaCount: row.replica_count,
    leaderCount: row.leader_count,
  }));
}

/** Adds the replicas and leaders of these topics to the brokers' counts (`by` 1), or takes them off (-1). */
export async function countReplicas(
  mutation: Mutation,
  topicIds: readonly string[],
  by: 1 | -1,
): Promise<void> {
  await mutation.query(
    `UPDATE brokers b
     SET replica_count = b.replica_count + $2 * held.replicas, leader_count = b.leader_count + $2 * held.leaders
     FROM (SELECT broker_id, count(*)::int AS replicas, (count(*) FILTER (WHERE leader = broker_id))::int AS leaders
           FROM (SELECT leader, unnest(replicas) AS broker_id FROM partitions WHERE topic_id = ANY ($1)) AS replica
           GROUP BY broker_id) AS held
     WHERE b.broker_id = held.broker_id`,
    [topicIds, by],
  );
}
