import type { TopicRecord } from '@weir/metadata-store/model';
import type { RequestContext } from './handler.ts';

interface Assignment {
  readonly brokerIds: readonly number[];
}

/**
 * Why replicas cannot be assigned by hand like this to partitions that a topic is to get, in Apache Kafka's words; null:
 * they can, or nobody has assigned any. Where they lie is the cell's to say all the same, as in CreateTopics.
 */
export function assignmentProblem(
  context: RequestContext,
  topic: Pick<TopicRecord, 'partitions'>,
  count: number,
  assignments: readonly Assignment[] | null,
): string | null {
  if (assignments === null) return null;
  if (assignments.length !== count) {
    return `Attempted to add ${count} additional partition(s), but only ${assignments.length} assignment(s) were specified.`;
  }
  const { brokers } = context.services.cell;
  const factor = topic.partitions[0]?.replicas.length ?? 0;
  for (const { brokerIds } of assignments) {
    const problem = replicasProblem(brokerIds, factor, (brokerId) => brokers.has(brokerId));
    if (problem !== null) return `The manual partition assignment includes ${problem}`;
  }
  return null;
}

function replicasProblem(
  brokerIds: readonly number[],
  factor: number,
  isKnown: (brokerId: number) => boolean,
): string | null {
  if (brokerIds.length === 0) return 'an empty replica list.';
  const seen = new Set<number>();
  for (const brokerId of brokerIds) {
    if (!isKnown(brokerId)) return `broker ${brokerId}, but no such broker is registered.`;
    if (seen.has(brokerId)) return `the broker ${brokerId} more than once.`;
    seen.add(brokerId);
  }
  if (brokerIds.length === factor) return null;
  return `a partition with ${brokerIds.length} replica(s), but this is not consistent with previous partitions, which have ${factor} replica(s).`;
}
