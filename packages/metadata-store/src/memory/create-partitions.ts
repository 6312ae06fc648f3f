import { decideNewPartitions } from '../new-partitions.ts';
import type { Change, MetadataStore, NewPartitions } from '../port.ts';
import type { CellState } from './cell-state.ts';
import type { Decision } from './decisions.ts';

export function createPartitions(
  state: CellState,
  asked: NewPartitions,
): Decision<Awaited<ReturnType<MetadataStore['createPartitions']>>> {
  const { clusterId, topicId } = asked;
  const topic = state.topics.get(topicId);
  const result = decideNewPartitions(asked, {
    topic: topic?.clusterId === clusterId ? topic : null,
    limits: state.clusters.get(clusterId)?.limits ?? null,
    partitionCount: state.partitionCount(clusterId),
    brokers: state.brokerLoads(),
  });
  if (!result.ok || asked.validateOnly) return { result, changes: [] };
  const changes: Change[] = [{ kind: 'topic', clusterId, topicId, topic: result.value }];
  return { result, changes };
}
