import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { topicUnknown } from '../kafka/kafka-refusals.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { findTopic } from './find-topic.ts';

@Injectable()
export class DeleteTopic {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
  ) {}

  async run(call: Call, clusterId: string, name: string, dryRun: boolean): Promise<void> {
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'DELETE');
    if (dryRun) return;
    const result = await open.store.deleteTopic(clusterId, topic.topicId);
    if (!result.ok) throw topicUnknown();
    await this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'topic.delete',
        resource: { kind: 'Topic', id: `${clusterId}/${name}` },
        before: { partitions: topic.partitions.length, ...topic.configs },
      }),
    );
  }
}
