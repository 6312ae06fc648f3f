import { Inject, Injectable } from '@nestjs/common';
import type { KafkaSession } from '@weir/kafka-client/session';
import type { Call } from '../http/call.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { groupUnknown } from '../kafka/kafka-refusals.ts';
import { KafkaClient } from '../records/kafka-client.ts';
import { groupsMsMax } from '../records/limits.ts';
import { latest, listOffsets } from '../records/read-batches.ts';
import {
  type Committed,
  committedOffsets,
  coordinatorOf,
  type DescribedGroup,
  type DescribedMember,
  describeAll,
  describeGroup,
} from './group-answers.ts';

export interface FoundGroup {
  readonly open: OpenCluster;
  readonly group: DescribedGroup;
}

export interface Lag extends Committed {
  readonly logEndOffset: number;
  /** null: nobody of the group reads it. */
  readonly member: DescribedMember | null;
}

/** Groups are their coordinators' to tell: they are asked as any of Kafka's tools asks them, in the caller's name. */
@Injectable()
export class ReadGroups {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(KafkaClient) private readonly client: KafkaClient,
  ) {}

  async list(
    call: Call,
    clusterId: string,
  ): Promise<{ open: OpenCluster; groups: readonly DescribedGroup[] }> {
    const open = await this.clusters.open(call, clusterId);
    const groups = await this.client.run(call, open, groupsMsMax, ({ session }) => describeAll(session));
    return { open, groups };
  }

  get(call: Call, clusterId: string, groupId: string): Promise<FoundGroup> {
    return this.#find(call, clusterId, groupId, async (_, open, group) => ({ open, group }));
  }

  /** By topic and partition. */
  lags(call: Call, clusterId: string, groupId: string) {
    return this.#find(call, clusterId, groupId, async (session, open, group, node) => {
      const committed = await committedOffsets(session, node, groupId);
      const members = new Map(
        group.members.flatMap((member) =>
          member.assigned.map(({ partition, topic }) => [`${partition} ${topic}`, member] as const),
        ),
      );
      const lags: Lag[] = [];
      for (const [topic, own] of Map.groupBy(committed, (each) => each.topic)) {
        const leaders = await session.leaders(topic);
        const led = own.filter(({ partition }) => (leaders[partition] ?? -1) >= 0);
        const numbers = led.map(({ partition }) => partition);
        const ends = await listOffsets(session, topic, leaders, numbers, latest);
        for (const each of led) {
          const logEndOffset = ends.get(each.partition) ?? each.offset;
          lags.push({ ...each, logEndOffset, member: members.get(`${each.partition} ${topic}`) ?? null });
        }
      }
      return { open, group, lags };
    });
  }

  /** Who may not describe it is told the same as where there is none. */
  async #find<T>(
    call: Call,
    clusterId: string,
    groupId: string,
    use: (session: KafkaSession, open: OpenCluster, group: DescribedGroup, node: number) => Promise<T>,
  ): Promise<T> {
    const open = await this.clusters.open(call, clusterId);
    if (!open.allows('DESCRIBE', 'GROUP', groupId)) throw groupUnknown();
    return this.client.run(call, open, groupsMsMax, async ({ session }) => {
      const node = await coordinatorOf(session, groupId);
      const group = await describeGroup(session, node, groupId);
      if (group === null) throw groupUnknown();
      return use(session, open, group, node);
    });
  }
}
