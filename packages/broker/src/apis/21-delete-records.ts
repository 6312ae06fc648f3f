import {
  type DeleteRecordsRequest,
  type DeleteRecordsResponse,
  deleteRecordsApi,
} from '@weir/kafka-protocol/apis/21-delete-records';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { topicConfigList } from '@weir/metadata-store/topic-configs';
import { deletionWaitMsMax } from '../limits.ts';
import { deletedEverywhere, deleteRecordsBefore } from '../partition/delete-records.ts';
import type { Partition } from '../partition/partition.ts';
import { learnTopics } from './find-topic.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** DeleteRecords (KIP-107), answered once every replica that lives has let go of them. */
export const deleteRecords: Handler<DeleteRecordsRequest, DeleteRecordsResponse> = {
  api: deleteRecordsApi,
  advertised: { min: 0, max: 2 },
  handle,
};

type PartitionResult = DeleteRecordsResponse['topics'][number]['partitions'][number];

/** What the leader has deleted, and its followers may have yet to. */
interface Begun {
  readonly partition: Partition;
  readonly before: number;
}

async function handle(
  context: RequestContext,
  request: DeleteRecordsRequest,
): Promise<Reply<DeleteRecordsResponse>> {
  const topics = await distinct(context, request);
  const names = [...topics.keys()].filter((name) => mayDelete(context, name));
  await learnTopics(context, names);
  const begun = new Map<string, Map<number, Begun | ErrorName>>();
  for (const [name, partitions] of topics) {
    const results = new Map<number, Begun | ErrorName>();
    begun.set(name, results);
    for (const [index, offset] of partitions) {
      results.set(index, context.isGone() ? 'NETWORK_EXCEPTION' : await begin(context, name, index, offset));
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
  }
  return finish(context, begun, request.timeoutMs);
}

const mayDelete = (context: RequestContext, name: string) => isAllowed(context, 'DELETE', 'TOPIC', name);

/** Of a partition that is named twice the last offset counts, as in Apache Kafka. */
async function distinct(context: RequestContext, request: DeleteRecordsRequest) {
  const topics = new Map<string, Map<number, number>>();
  for (const { name, partitions } of request.topics) {
    const offsets = topics.get(name) ?? new Map<number, number>();
    topics.set(name, offsets);
    for (const { partitionIndex, offset } of partitions) {
      offsets.set(partitionIndex, offset);
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
  }
  return topics;
}

async function begin(
  context: RequestContext,
  name: string,
  index: number,
  offset: number,
): Promise<Begun | ErrorName> {
  if (!mayDelete(context, name)) return 'TOPIC_AUTHORIZATION_FAILED';
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic?.has(index) !== true) return 'UNKNOWN_TOPIC_OR_PARTITION';
  const partition = topic.hosted.get(index);
  if (partition?.isLeader !== true) return 'NOT_LEADER_OR_FOLLOWER';
  const policies = topicConfigList(topic.record.configs, 'cleanup.policy');
  // What only compaction may remove stays until it is superseded.
  if (policies.includes('compact') && !policies.includes('delete')) return 'POLICY_VIOLATION';
  try {
    await partition.open();
    const deleted = await deleteRecordsBefore(partition, offset);
    return typeof deleted === 'number' ? { partition, before: deleted } : deleted;
  } catch (cause) {
    context.services.deps.log.error('partition.deletion.failed', { dir: partition.dir }, cause);
    return 'KAFKA_STORAGE_ERROR';
  }
}

async function finish(
  context: RequestContext,
  begun: ReadonlyMap<string, ReadonlyMap<number, Begun | ErrorName>>,
  timeoutMs: number,
): Promise<Reply<DeleteRecordsResponse>> {
  const { cell, deps } = context.services;
  const waitMs = Math.min(Math.max(timeoutMs, 0), deletionWaitMsMax);
  const until = {
    deadlineMs: deps.clock.monotonicMs() + waitMs,
    isLive: (brokerId: number) => cell.isLive(brokerId),
    isGone: () => context.isGone(),
  };
  const topics: DeleteRecordsResponse['topics'][number][] = [];
  for (const [name, outcomes] of begun) {
    const partitions: PartitionResult[] = [];
    for (const [partitionIndex, outcome] of outcomes) {
      partitions.push(
        typeof outcome === 'string'
          ? refused(partitionIndex, outcome)
          : await finishOne(context, partitionIndex, outcome, until),
      );
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
    topics.push({ name, partitions });
  }
  return reply({ throttleTimeMs: 0, topics });
}

async function finishOne(
  { services: { deps } }: RequestContext,
  partitionIndex: number,
  { partition, before }: Begun,
  until: Parameters<typeof deletedEverywhere>[3],
): Promise<PartitionResult> {
  const lowWatermark = await deletedEverywhere(deps, partition, before, until);
  if (lowWatermark !== null) return { partitionIndex, lowWatermark, errorCode: 0 };
  return refused(partitionIndex, partition.hasBegun ? 'REQUEST_TIMED_OUT' : 'NOT_LEADER_OR_FOLLOWER');
}

const refused = (partitionIndex: number, error: ErrorName): PartitionResult => ({
  partitionIndex,
  lowWatermark: -1,
  errorCode: errorCode(error),
});
