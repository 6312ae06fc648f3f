import { Inject, Injectable } from '@nestjs/common';
import type { DryRunOf } from '@weir/contracts/operation';
import type { AlterTopicConfigsInput, alterTopicConfigs } from '@weir/contracts/topics';
import type { ControlDb } from '@weir/db/control';
import type { ConfigChange } from '@weir/metadata-store/config-changes';
import type { TopicRecord } from '@weir/metadata-store/model';
import { z } from 'zod';
import { AuditStore } from '../audit/audit.store.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import type { Call } from '../http/call.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, topicUnknown } from '../kafka/kafka-refusals.ts';
import { Once } from '../kafka/once.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { findTopic } from './find-topic.ts';

const Done = z.object({ done: z.literal(true) });

/** Brokers go by the new settings as soon as they have read of them from the cell's store. */
@Injectable()
export class AlterTopicConfigs {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(Once) private readonly once: Once,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(DryRunCosts) private readonly costs: DryRunCosts,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
  ) {}

  /** Resolves with what a dry run tells; undefined: they are changed, or `validate_only` says that they could be. */
  async run(
    call: Call,
    clusterId: string,
    name: string,
    input: AlterTopicConfigsInput,
    dryRun: boolean,
  ): Promise<DryRunOf<typeof alterTopicConfigs> | undefined> {
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'ALTER_CONFIGS');
    const changes = input.data.map(
      ({ name: config, operation, value }): ConfigChange => ({
        name: config,
        value: operation === 'DELETE' ? null : (value ?? null),
      }),
    );
    if (dryRun || input.validate_only) {
      const after = await this.#alter(open, topic, changes, true);
      if (!dryRun) return undefined;
      return { dry_run_cost: await this.costs.ofTopicConfigs(call, open.cluster, topic, after.configs) };
    }
    const alter = async () => {
      const after = await this.#alter(open, topic, changes, false);
      await this.#record(call, topic, after, changes);
      return Done.parse({ done: true });
    };
    // To set them once more changes nothing, so whoever does not know whether it happened may do it again.
    await this.once.run(call, Done, alter, alter);
    return undefined;
  }

  async #alter(
    open: OpenCluster,
    { topicId }: TopicRecord,
    changes: readonly ConfigChange[],
    validateOnly: boolean,
  ): Promise<TopicRecord> {
    const clusterId = open.cluster.id;
    const result = await open.store.alterTopicConfigs({ clusterId, topicId, changes, validateOnly });
    if (result.ok) return result.value;
    throw result.refusal === 'UNKNOWN_TOPIC_ID' ? topicUnknown() : badKafkaRequest(result.message);
  }

  /** After the fact: no transaction spans both stores, and the cell's is the one that counts. */
  #record(
    call: Call,
    before: TopicRecord,
    after: TopicRecord,
    changes: readonly ConfigChange[],
  ): Promise<void> {
    const named = ({ configs }: TopicRecord) =>
      Object.fromEntries(changes.map(({ name }) => [name, configs[name] ?? null]));
    return this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'topic.configure',
        resource: { kind: 'Topic', id: `${before.clusterId}/${before.name}` },
        before: named(before),
        after: named(after),
      }),
    );
  }
}
