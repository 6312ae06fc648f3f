import type { BrokerLoad } from '../placement.ts';
import type { Mutation } from './database.ts';

/** Of the brokers on which something new may be placed. */
export async function readBrokerLoads(mutation: Mutation): Promise<readonly BrokerLoad[]> {
  const rows = await mutation.query<{
    broker_id: number;
    is_fenced: boolean;
    rack: string | null;
    machine: string | null;
    replica_count: number;
    leader_count: number;
  }>(
    'SELECT broker_id, is_fenced, rack, machine, replica_count, leader_count FROM brokers WHERE NOT is_cordoned',
  );
  return rows.map((row) => ({
    brokerId: row.broker_id,
    isFenced: row.is_fenced,
    rack: row.rack,
    machine: row.machine,
    replicaCount: row.replica_count,
    leaderCount: row.leader_count,
  }));
}

/**
 * Adds what brokers hold of these topics to the brokers' counts (`by` 1), or takes it off (-1); of the partitions from
 * that number on.
 */
export async function countReplicas(
  mutation: Mutation,
  topicIds: readonly string[],
  by: 1 | -1,
  fromPartition = 0,
): Promise<void> {
  await mutation.query(
    `UPDATE brokers b
     SET replica_count = b.replica_count + $2 * held.replicas, leader_count = b.leader_count + $2 * held.leaders,
         isr_count = b.isr_count + $2 * held.in_sync
     FROM (SELECT broker_id, count(*)::int AS replicas, (count(*) FILTER (WHERE leader = broker_id))::int AS leaders,
             (count(*) FILTER (WHERE broker_id = ANY (isr)))::int AS in_sync
           FROM (SELECT leader, isr, unnest(replicas) AS broker_id FROM partitions
                 WHERE topic_id = ANY ($1) AND partition >= $3) AS replica
           GROUP BY broker_id) AS held
     WHERE b.broker_id = held.broker_id`,
    [topicIds, by, fromPartition],
  );
}
