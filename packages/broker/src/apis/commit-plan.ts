import type { OffsetCommitRequest } from '@weir/kafka-protocol/apis/08-offset-commit';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Topic } from '../cluster/topic.ts';
import type { Slices } from '../coordinator/slices.ts';

export type AskedTopic = OffsetCommitRequest['topics'][number];
export type AskedPartition = AskedTopic['partitions'][number];

/** A topic of a commit, once, with its partitions, each once: of those that repeat the last one counts, as in Kafka. */
export interface PlannedTopic {
  readonly asked: Pick<AskedTopic, 'name' | 'topicId'>;
  readonly partitions: Map<number, AskedPartition>;
}

export interface CommitPlan {
  readonly topics: readonly PlannedTopic[];
  /** Distinct partitions. */
  readonly partitionCount: number;
}

/** What a commit asks for, each thing once; `byId` from v10 on. */
export async function planCommit(
  topics: readonly AskedTopic[],
  byId: boolean,
  slices: Slices,
): Promise<CommitPlan> {
  const planned = new Map<string, PlannedTopic>();
  let partitionCount = 0;
  for (const asked of topics) {
    if (slices.isOver()) await slices.giveWay();
    const key = byId ? asked.topicId : asked.name;
    let topic = planned.get(key);
    if (topic === undefined) {
      topic = { asked: { name: asked.name, topicId: asked.topicId }, partitions: new Map() };
      planned.set(key, topic);
    }
    const before = topic.partitions.size;
    for (const partition of asked.partitions) {
      if (slices.isOver()) await slices.giveWay();
      topic.partitions.set(partition.partitionIndex, partition);
    }
    partitionCount += topic.partitions.size - before;
  }
  return { topics: [...planned.values()], partitionCount };
}

/** A planned topic with what was found of it: null, and why, where nothing may be committed for it. */
export type JudgedTopic = PlannedTopic &
  (
    | { readonly topic: Topic; readonly error: 'NONE' }
    | { readonly topic: null; readonly error: Exclude<ErrorName, 'NONE'> }
  );

/**
 * What may be committed, with the ids of its topics, so that it is void once they are deleted, in runs of at most `partitionsMax` partitions; at least one run, which may be empty.
 */
export function cutCommit(topics: readonly JudgedTopic[], partitionsMax: number): AskedTopic[][] {
  let run: AskedTopic[] = [];
  const runs = [run];
  let room = partitionsMax;
  for (const { asked, topic, partitions } of topics) {
    if (topic === null) continue;
    let part: AskedPartition[] = [];
    for (const partition of partitions.values()) {
      if (!topic.has(partition.partitionIndex)) continue;
      if (room === 0) {
        run = [];
        runs.push(run);
        room = partitionsMax;
        part = [];
      }
      if (part.length === 0)
        run.push({ ...asked, name: topic.name, topicId: topic.topicId, partitions: part });
      part.push(partition);
      room -= 1;
    }
  }
  return runs;
}
