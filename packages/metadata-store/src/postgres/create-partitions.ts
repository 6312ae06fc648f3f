import { decideNewPartitions, unknownTopic } from '../new-partitions.ts';
import type { MetadataStore, NewPartitions } from '../port.ts';
import { isStorable } from '../storable.ts';
import { readBrokerLoads } from './broker-loads.ts';
import type { CellDatabase } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';
import { findTopicWithin } from './find-topic.ts';
import { countPartitions, insertPartitions } from './insert-partitions.ts';

export async function createPartitions(
  database: CellDatabase,
  asked: NewPartitions,
): ReturnType<MetadataStore['createPartitions']> {
  const { clusterId, topicId } = asked;
  // Before it is put to Postgres, which would not take every text.
  if (!isStorable(clusterId) || !isStorable(topicId)) return unknownTopic(topicId);
  return database.mutate('createPartitions', async (mutation) => {
    const topic = await findTopicWithin(mutation, clusterId, topicId);
    const decided = decideNewPartitions(asked, {
      topic,
      limits: topic === null ? null : ((await findClusterWithin(mutation, clusterId))?.limits ?? null),
      partitionCount: await countPartitions(mutation, clusterId),
      brokers: await readBrokerLoads(mutation),
    });
    if (!decided.ok || asked.validateOnly) return decided;
    const first = topic?.partitions.length ?? 0;
    await insertPartitions(mutation, topicId, first, decided.value.partitions.slice(first));
    // A topic whose own version is newer is told with all of its partitions.
    await mutation.query('UPDATE topics SET version = $2 WHERE topic_id = $1', [topicId, mutation.version]);
    mutation.changed();
    return decided;
  });
}
