import { Inject, Injectable } from '@nestjs/common';
import type { Topic } from '@weir/contracts/topics';
import type { ControlDb } from '@weir/db/control';
import type { TopicRecord } from '@weir/metadata-store/model';
import { AuditStore } from '../audit/audit.store.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, topicUnknown } from '../kafka/kafka-refusals.ts';
import { Links } from '../platform/links.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { findTopic } from './find-topic.ts';
import { partitionCount } from './partition-count.ts';
import { TopicPresenter } from './topic.present.ts';

/** What is there stays as it is: only the number of partitions grows, and so keys map to other ones from then on. */
@Injectable()
export class AddPartitions {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(Links) private readonly links: Links,
    @Inject(DryRunCosts) private readonly costs: DryRunCosts,
  ) {}

  async run(call: Call, clusterId: string, name: string, count: number, dryRun: boolean): Promise<Topic> {
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'ALTER');
    const asked = { clusterId, topicId: topic.topicId, partitionCount: count, validateOnly: dryRun };
    const result = await open.store.createPartitions(asked);
    if (!result.ok) {
      throw result.refusal === 'UNKNOWN_TOPIC_ID' ? topicUnknown() : badKafkaRequest(result.message);
    }
    if (!dryRun) await this.#record(call, topic, count);
    const presented = new TopicPresenter(this.links, open.cluster).topic(result.value);
    if (!dryRun) return presented;
    const change = { before: await partitionCount(open), added: count - topic.partitions.length };
    return { ...presented, dry_run_cost: await this.costs.ofPartitions(call, open.cluster, change) };
  }

  /** After the fact: no transaction spans both stores, and the cell's is the one that counts. */
  #record(call: Call, topic: TopicRecord, partitions: number): Promise<void> {
    return this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'topic.update',
        resource: { kind: 'Topic', id: `${topic.clusterId}/${topic.name}` },
        before: { partitions: topic.partitions.length },
        after: { partitions },
      }),
    );
  }
}
