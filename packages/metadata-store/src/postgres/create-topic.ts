import type { TopicRecord, Uuid } from '../model.ts';
import type { CreateTopicRefusal, NewTopic, Result } from '../port.ts';
import { collisionKey, decideNewTopic, type NewTopicFacts, refused, topicNameProblem } from '../rules.ts';
import { isStorable } from '../storable.ts';
import { readBrokerLoads } from './broker-loads.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';
import { countPartitions, insertPartitions } from './insert-partitions.ts';

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
  return {
    cluster: await findClusterWithin(mutation, topic.clusterId),
    topicInTheWay: inTheWay?.name ?? null,
    partitionCount: await countPartitions(mutation, topic.clusterId),
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
  await insertPartitions(mutation, topic.topicId, 0, topic.partitions);
  mutation.changed();
}
