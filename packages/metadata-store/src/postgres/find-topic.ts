import type { TopicRecord } from '../model.ts';
import { collisionKey } from '../rules.ts';
import { isStorable } from '../storable.ts';
import type { CellDatabase, Queryable } from './database.ts';
import { type TopicRow, topicColumns, topicFrom } from './rows.ts';

export async function findTopic(
  database: CellDatabase,
  clusterId: string,
  name: string,
): Promise<TopicRecord | null> {
  if (!isStorable(clusterId) || !isStorable(name)) return null;
  // The collision key is what the index is on.
  const text = `SELECT ${topicColumns} FROM topics t
                WHERE t.cluster_id = $1 AND t.collision_key = $2 AND t.name = $3`;
  const [row] = await database.read<TopicRow>('findTopic', text, [clusterId, collisionKey(name), name]);
  return row === undefined ? null : topicFrom(row);
}

/** By its id, in the view of a transaction. */
export async function findTopicWithin(
  session: Queryable,
  clusterId: string,
  topicId: string,
): Promise<TopicRecord | null> {
  const [row] = await session.query<TopicRow>(
    `SELECT ${topicColumns} FROM topics t WHERE t.topic_id = $1 AND t.cluster_id = $2`,
    [topicId, clusterId],
  );
  return row === undefined ? null : topicFrom(row);
}
