import { type ConfigChanges, decideConfigChanges } from '../config-changes.ts';
import type { Change, MetadataStore } from '../port.ts';
import type { CellState } from './cell-state.ts';
import type { Decision } from './decisions.ts';

export function alterTopicConfigs(
  state: CellState,
  asked: ConfigChanges,
): Decision<Awaited<ReturnType<MetadataStore['alterTopicConfigs']>>> {
  const { clusterId, topicId, validateOnly } = asked;
  const found = state.topics.get(topicId);
  const topic = found?.clusterId === clusterId ? found : null;
  const limits = state.clusters.get(clusterId)?.limits ?? null;
  const result = decideConfigChanges(asked, { topic, limits });
  if (!result.ok || validateOnly || result.value === topic) return { result, changes: [] };
  const changes: Change[] = [{ kind: 'topic', clusterId, topicId, topic: result.value }];
  return { result, changes };
}
