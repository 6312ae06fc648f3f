import { Inject, Injectable } from '@nestjs/common';
import { type CreateTopicInput, Topic } from '@weir/contracts/topics';
import type { ControlDb } from '@weir/db/control';
import type { TopicRecord } from '@weir/metadata-store/model';
import type { CreateTopicRefusal, Result } from '@weir/metadata-store/port';
import { AuditStore } from '../audit/audit.store.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import type { Call } from '../http/call.ts';
import type { Refused } from '../http/refused.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, clusterNotReady, notAuthorized } from '../kafka/kafka-refusals.ts';
import { Once } from '../kafka/once.ts';
import { Links } from '../platform/links.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { partitionCount } from './partition-count.ts';
import { TopicPresenter } from './topic.present.ts';

/** The cell knows best how many replicas it can give. */
const replicasOfTheCell = -1;

/** Topics have their only home in the cell: REST and Kafka clients change the same rows. */
@Injectable()
export class CreateTopic {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(Once) private readonly once: Once,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(Links) private readonly links: Links,
    @Inject(DryRunCosts) private readonly costs: DryRunCosts,
  ) {}

  async run(call: Call, clusterId: string, input: CreateTopicInput, dryRun: boolean): Promise<Topic> {
    const open = await this.clusters.open(call, clusterId);
    const name = input.topic_name;
    if (!open.allows('CREATE', 'CLUSTER', 'kafka-cluster') && !open.allows('CREATE', 'TOPIC', name)) {
      throw notAuthorized(
        `${open.principal} is not allowed to CREATE topic ${name}. A role or an ACL can allow it.`,
      );
    }
    const present = new TopicPresenter(this.links, open.cluster);
    if (dryRun || input.validate_only) {
      const topic = await this.#create(open, input, true);
      const before = await partitionCount(open);
      const change = { before, added: topic.partitions.length };
      const cost = dryRun ? { dry_run_cost: await this.costs.ofPartitions(call, open.cluster, change) } : {};
      return { ...present.topic(topic), ...cost };
    }

    const create = async () => {
      const topic = await this.#create(open, input, false);
      await this.#record(call, topic);
      return present.topic(topic);
    };
    const find = async () => {
      const topic = await open.store.findTopic(clusterId, name);
      return topic && present.topic(topic);
    };
    return this.once.run(call, Topic, create, find);
  }

  async #create(open: OpenCluster, input: CreateTopicInput, validateOnly: boolean): Promise<TopicRecord> {
    const configs = input.configs.flatMap(({ name, value }) =>
      value == null ? [] : [[name, value] as const],
    );
    const result = await open.store.createTopic({
      clusterId: open.cluster.id,
      name: input.topic_name,
      partitionCount: input.partitions_count,
      replicationFactor: input.replication_factor ?? replicasOfTheCell,
      configs: Object.fromEntries(configs),
      validateOnly,
    });
    if (!result.ok) throw refusalOf(result);
    return result.value;
  }

  /** After the fact: no transaction spans both stores, and the cell's is the one that counts. */
  #record(call: Call, topic: TopicRecord): Promise<void> {
    return this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'topic.create',
        resource: { kind: 'Topic', id: `${topic.clusterId}/${topic.name}` },
        after: { partitions: topic.partitions.length, ...topic.configs },
      }),
    );
  }
}

const refusalOf = (result: Extract<Result<never, CreateTopicRefusal>, { ok: false }>): Refused => {
  switch (result.refusal) {
    case 'UNKNOWN_CLUSTER':
      return clusterNotReady();
    case 'TOPIC_ALREADY_EXISTS':
    case 'INVALID_TOPIC_EXCEPTION':
    case 'INVALID_PARTITIONS':
    case 'INVALID_REPLICATION_FACTOR':
    case 'INVALID_CONFIG':
    case 'POLICY_VIOLATION':
      return badKafkaRequest(result.message);
  }
};
