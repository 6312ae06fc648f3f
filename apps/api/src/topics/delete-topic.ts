import { Inject, Injectable } from '@nestjs/common';
import type { DryRunOf } from '@weir/contracts/operation';
import type { deleteTopic } from '@weir/contracts/topics';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { topicUnknown } from '../kafka/kafka-refusals.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { findTopic } from './find-topic.ts';
import { partitionCount } from './partition-count.ts';

@Injectable()
export class DeleteTopic {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(DryRunCosts) private readonly costs: DryRunCosts,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
  ) {}

  /** Resolves with what a dry run tells; undefined: it is deleted. */
  async run(
    call: Call,
    clusterId: string,
    name: string,
    dryRun: boolean,
  ): Promise<DryRunOf<typeof deleteTopic> | undefined> {
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'DELETE');
    if (dryRun) {
      const ofPartitions = await partitionCount(open);
      const lost = { name, partitions: topic.partitions.length, ofPartitions };
      return { dry_run_cost: await this.costs.ofLostTopic(call, open.cluster, lost) };
    }
    const result = await open.store.deleteTopic(clusterId, topic.topicId);
    if (!result.ok) throw topicUnknown();
    await this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'topic.delete',
        resource: { kind: 'Topic', id: `${clusterId}/${name}` },
        before: { partitions: topic.partitions.length, ...topic.configs },
      }),
    );
    return undefined;
  }
}
