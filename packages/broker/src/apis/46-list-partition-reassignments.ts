import {
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponse,
  listPartitionReassignmentsApi,
} from '@weir/kafka-protocol/apis/46-list-partition-reassignments';
import { errorCode } from '@weir/kafka-protocol/errors';
import { addingReplicas, removingReplicas } from '@weir/metadata-store/reassignment';
import type { Topic } from '../cluster/topic.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/** ListPartitionReassignments (KIP-455): of the client's own cluster, as this broker's picture of the cell has it. */
export const listPartitionReassignments: Handler<
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse
> = {
  api: listPartitionReassignmentsApi,
  advertised: { min: 0, max: 0 },
  handle,
};

type Row = ListPartitionReassignmentsResponse['topics'][number]['partitions'][number];

async function handle(
  context: RequestContext,
  { topics: asked }: ListPartitionReassignmentsRequest,
): Promise<Reply<ListPartitionReassignmentsResponse>> {
  if (!isAllowed(context, 'DESCRIBE', 'CLUSTER', clusterResource)) {
    const error = errorCode('CLUSTER_AUTHORIZATION_FAILED');
    return reply({ throttleTimeMs: 0, errorCode: error, errorMessage: null, topics: [] });
  }
  const { topicsByName } = context.identity.cluster;
  const wanted = asked === null ? everything(topicsByName) : await distinct(context, asked);
  const topics: ListPartitionReassignmentsResponse['topics'][number][] = [];
  for (const [name, indexes] of wanted) {
    const topic = topicsByName.get(name);
    const partitions: Row[] = [];
    for (const index of topic === undefined ? [] : indexes) {
      const row = topic === undefined ? null : rowOf(topic, index);
      if (row !== null) partitions.push(row);
      await context.pace.step();
    }
    if (partitions.length > 0) topics.push({ name, partitions });
  }
  return reply({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics });
}

const everything = (topics: ReadonlyMap<string, Topic>): ReadonlyMap<string, Iterable<number>> =>
  new Map([...topics].map(([name, topic]) => [name, topic.record.partitions.keys()]));

/** Each partition once, however often it was named. */
async function distinct(
  context: RequestContext,
  asked: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[],
): Promise<ReadonlyMap<string, Set<number>>> {
  const wanted = new Map<string, Set<number>>();
  for (const { name, partitionIndexes } of asked) {
    const indexes = wanted.get(name) ?? new Set<number>();
    wanted.set(name, indexes);
    for (const index of partitionIndexes) {
      indexes.add(index);
      await context.pace.step();
    }
    await context.pace.step();
  }
  return wanted;
}

/** Null: its replicas stay where they are, or it does not exist. */
function rowOf(topic: Topic, index: number): Row | null {
  const record = topic.record.partitions[index];
  if (record === undefined || record.reassignment === null) return null;
  return {
    partitionIndex: index,
    replicas: record.replicas,
    addingReplicas: addingReplicas(record),
    removingReplicas: removingReplicas(record),
  };
}
