import { type ConfigChanges, decideConfigChanges } from '../config-changes.ts';
import type { TopicRecord } from '../model.ts';
import { unknownTopic } from '../new-partitions.ts';
import type { MetadataStore } from '../port.ts';
import { isStorable } from '../storable.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';
import { findTopicWithin } from './find-topic.ts';
import { type AlteredPartition, writePartitions } from './partition-rows.ts';

export async function alterTopicConfigs(
  database: CellDatabase,
  asked: ConfigChanges,
): ReturnType<MetadataStore['alterTopicConfigs']> {
  const { clusterId, topicId, validateOnly } = asked;
  // Before it is put to Postgres, which would not take every text.
  if (!isStorable(clusterId) || !isStorable(topicId)) return unknownTopic(topicId);
  return database.mutate('alterTopicConfigs', async (mutation) => {
    const topic = await findTopicWithin(mutation, clusterId, topicId);
    const limits = topic === null ? null : ((await findClusterWithin(mutation, clusterId))?.limits ?? null);
    const decided = decideConfigChanges(asked, { topic, limits });
    if (topic !== null && decided.ok && !validateOnly && decided.value !== topic) {
      await write(mutation, topic, decided.value);
    }
    return decided;
  });
}

async function write(mutation: Mutation, before: TopicRecord, after: TopicRecord): Promise<void> {
  const { topicId } = before;
  const altered = after.partitions.flatMap((record, partition): AlteredPartition[] => {
    const stood = before.partitions[partition];
    return stood === undefined || stood === record
      ? []
      : [{ topicId, partition, before: stood, after: record }];
  });
  await writePartitions(mutation, altered);
  const text = 'UPDATE topics SET configs = $2, version = $3 WHERE topic_id = $1';
  await mutation.query(text, [topicId, JSON.stringify(after.configs), mutation.version]);
  mutation.changed();
}
