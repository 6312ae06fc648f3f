import { Inject, Injectable } from '@nestjs/common';
import type { ResetOffsetsInput } from '@weir/contracts/consumer-groups';
import type { ControlDb } from '@weir/db/control';
import { KafkaRefusal } from '@weir/kafka-client/connection';
import type { KafkaSession } from '@weir/kafka-client/session';
import { z } from 'zod';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict } from '../http/refused.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { groupUnknown, notAuthorized, topicUnknown } from '../kafka/kafka-refusals.ts';
import { Once } from '../kafka/once.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { KafkaClient } from '../records/kafka-client.ts';
import { groupsMsMax } from '../records/limits.ts';
import { earliest, latest, listOffsets } from '../records/read-batches.ts';
import { findTopic } from '../topics/find-topic.ts';
import { commitOffsets, committedOffsets, coordinatorOf, describeGroup } from './group-answers.ts';

const Reset = z.array(z.object({ partition: z.int(), before: z.int().nullable(), after: z.int() }));
export type ResetPartition = z.output<typeof Reset>[number];

/** Commits offsets for a group in which nobody is, or that nobody has been in yet. */
@Injectable()
export class ResetOffsets {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(KafkaClient) private readonly client: KafkaClient,
    @Inject(Once) private readonly once: Once,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
  ) {}

  async run(
    call: Call,
    clusterId: string,
    groupId: string,
    input: ResetOffsetsInput,
    dryRun: boolean,
  ): Promise<readonly ResetPartition[]> {
    const open = await this.clusters.open(call, clusterId);
    requireGroup(open, groupId);
    const topic = await findTopic(open, input.topic_name, 'READ');
    const partitions = input.partition_ids ?? [...topic.partitions.keys()];
    if (partitions.some((partition) => partition >= topic.partitions.length)) throw topicUnknown();
    const reset = () =>
      this.client.run(call, open, groupsMsMax, async ({ session }) => {
        const node = await coordinatorOf(session, groupId);
        const group = await describeGroup(session, node, groupId);
        if (group !== null && group.members.length > 0) throw groupBusy();
        const offsets = await targetsOf(session, input, [...new Set(partitions)]);
        const before = await committedOffsets(session, node, groupId);
        if (!dryRun) await commitUnlessBusy(session, node, groupId, input.topic_name, offsets);
        const known = new Map(
          before
            .filter((each) => each.topic === input.topic_name)
            .map((each) => [each.partition, each.offset]),
        );
        return [...offsets].map(([partition, after]) => ({
          partition,
          before: known.get(partition) ?? null,
          after,
        }));
      });
    if (dryRun) return reset();
    const change = async () => {
      const done = await reset();
      await this.#record(call, clusterId, groupId, input, done.length);
      return done;
    };
    // Where the log has moved on, to do it again would come to something else.
    return this.once.run(call, Reset, change, async () => null);
  }

  /** After the fact: offsets have their home in the cluster. */
  #record(
    call: Call,
    clusterId: string,
    groupId: string,
    { to, topic_name }: ResetOffsetsInput,
    partitions: number,
  ): Promise<void> {
    return this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'consumer-group.reset-offsets',
        resource: { kind: 'ConsumerGroup', id: `${clusterId}/${groupId}` },
        after: { topic: topic_name, partitions, ...to },
      }),
    );
  }
}

/** Kafka asks for READ on the group of who commits for it. */
const requireGroup = (open: OpenCluster, groupId: string): void => {
  if (!open.allows('DESCRIBE', 'GROUP', groupId)) throw groupUnknown();
  if (open.allows('READ', 'GROUP', groupId)) return;
  throw notAuthorized(
    `${open.principal} is not allowed to READ group ${groupId}. A role or an ACL can allow it.`,
  );
};

const groupBusy = () =>
  conflict(
    'group_not_empty',
    'Somebody is in the group, and would go on from where it is. Stop its consumers first.',
  );

/** Somebody may join between the look and the commit: then nothing is committed. */
const commitUnlessBusy = async (...args: Parameters<typeof commitOffsets>): Promise<void> => {
  try {
    await commitOffsets(...args);
  } catch (cause) {
    const isBusy = cause instanceof KafkaRefusal && cause.error === 'UNKNOWN_MEMBER_ID';
    throw isBusy ? groupBusy() : cause;
  }
};

const targetsOf = async (
  session: KafkaSession,
  { to, topic_name }: ResetOffsetsInput,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> => {
  const leaders = await session.leaders(topic_name);
  const at = (timestamp: number) => listOffsets(session, topic_name, leaders, partitions, timestamp);
  if (to.position === 'EARLIEST') return at(earliest);
  const ends = await at(latest);
  if (to.position === 'LATEST') return ends;
  if (to.position === 'TIMESTAMP') {
    const found = await at(Date.parse(to.timestamp));
    return new Map(
      [...found].map(([partition, offset]) => [partition, offset < 0 ? (ends.get(partition) ?? 0) : offset]),
    );
  }
  const starts = await at(earliest);
  const within = (partition: number) =>
    Math.min(Math.max(to.offset, starts.get(partition) ?? 0), ends.get(partition) ?? 0);
  return new Map(partitions.map((partition) => [partition, within(partition)]));
};
