import type { TopicRecord, Uuid } from '../model.ts';
import type { CreateTopicRefusal, NewTopic, Result } from '../port.ts';
import { collisionKey, decideNewTopic, type NewTopicFacts, refused, topicNameProblem } from '../rules.ts';
import { isStorable } from '../storable.ts';
import { countReplicas, readBrokerLoads } from './broker-loads.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';

export async function createTopic(
  database: CellDatabase,
  topic: NewTopic,
  born: { readonly topicId: Uuid; readonly createdAt: number },
): Promise<Result<TopicRecord, CreateTopicRefusal>> {
  const { clusterId, name } = topic;
  const nameProblem = topicNameProblem(name);
  // Both before they are put to Postgres, which would not take every text.
  if (nameProblem !== null) return refused('INVALID_TOPIC_EXCEPTION', nameProblem);
  if (!isStorable(clusterId)) return refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`);
  return database.mutate('createTopic', async (mutation) => {
    const decided = decideNewTopic(topic, await readFacts(mutation, topic));
    if (!decided.ok) return decided;
    const record: TopicRecord = { clusterId, name, ...born, ...decided.value };
    if (!topic.validateOnly) await insert(mutation, record);
    return { ok: true, value: record };
  });
}

async function readFacts(mutation: Mutation, topic: NewTopic): Promise<NewTopicFacts> {
  const [inTheWay] = await mutation.query<{ name: string }>(
    'SELECT name FROM topics WHERE cluster_id = $1 AND collision_key = $2',
    [topic.clusterId, collisionKey(topic.name)],
  );
  const [held] = await mutation.query<{ count: number }>(
    'SELECT count(*) AS count FROM partitions JOIN topics USING (topic_id) WHERE cluster_id = $1',
    [topic.clusterId],
  );
  return {
    cluster: await findClusterWithin(mutation, topic.clusterId),
    topicInTheWay: inTheWay?.name ?? null,
    partitionCount: held?.count ?? 0,
    brokers: await readBrokerLoads(mutation),
  };
}

async function insert(mutation: Mutation, topic: TopicRecord): Promise<void> {
  await mutation.query(
    `INSERT INTO topics (topic_id, cluster_id, name, collision_key, configs, created_at, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      topic.topicId,
      topic.clusterId,
      topic.name,
      collisionKey(topic.name),
      JSON.stringify(topic.configs),
      topic.createdAt,
      mutation.version,
    ],
  );
  await mutation.query(
    `INSERT INTO partitions (topic_id, partition, leader, leader_epoch, partition_epoch, replicas, isr,
       eligible_replicas, original_replicas, target_replicas, version)
     SELECT $1, at - 1, (row->>'leader')::int, (row->>'leaderEpoch')::int, (row->>'partitionEpoch')::int,
       ARRAY(SELECT jsonb_array_elements_text(row->'replicas')::int),
       ARRAY(SELECT jsonb_array_elements_text(row->'isr')::int),
       ARRAY(SELECT jsonb_array_elements_text(row->'eligibleReplicas')::int), '{}', '{}', $3
     FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS partition (row, at)`,
    [topic.topicId, JSON.stringify(topic.partitions), mutation.version],
  );
  await countReplicas(mutation, [topic.topicId], 1);
  mutation.changed();
}
