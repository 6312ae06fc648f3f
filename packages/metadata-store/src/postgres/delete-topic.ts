import type { Uuid } from '../model.ts';
import type { Result } from '../port.ts';
import { refused } from '../rules.ts';
import { countReplicas } from './broker-loads.ts';
import type { CellDatabase } from './database.ts';
import { recordRemoval } from './removals.ts';

export function deleteTopic(
  database: CellDatabase,
  clusterId: string,
  topicId: Uuid,
): Promise<Result<void, 'UNKNOWN_TOPIC_ID'>> {
  return database.mutate('deleteTopic', async (mutation) => {
    const text = 'SELECT 1 FROM topics WHERE topic_id = $1 AND cluster_id = $2';
    if ((await mutation.query(text, [topicId, clusterId])).length === 0) {
      return refused('UNKNOWN_TOPIC_ID', `There is no topic with the id ${topicId}.`);
    }
    await countReplicas(mutation, [topicId], -1);
    await mutation.query('DELETE FROM topics WHERE topic_id = $1', [topicId]);
    await recordRemoval(mutation, 'topic', topicId, clusterId);
    return { ok: true, value: undefined };
  });
}
