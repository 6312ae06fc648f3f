import { KafkaCluster, Topic, TopicConfig, TopicPartition } from '@weir/contracts/topics';
import type { TopicRecord } from '@weir/metadata-store/model';
import { addingReplicas, removingReplicas } from '@weir/metadata-store/reassignment';
import {
  PARTITION_BROKER_LIST,
  type TopicConfig as TopicConfigRow,
} from '@weir/metadata-store/topic-config-table';
import { topicConfigDefault, topicConfigs } from '@weir/metadata-store/topic-configs';
import { clusterResourceName } from '../clusters/cluster.present.ts';
import type { ClusterRow } from '../clusters/cluster.store.ts';
import type { Links } from '../platform/links.ts';

/** Names are tenants' text: they are escaped where they become part of an address. */
export class TopicPresenter {
  readonly #links: Links;
  readonly #cluster: ClusterRow;

  constructor(links: Links, cluster: ClusterRow) {
    this.#links = links;
    this.#cluster = cluster;
  }

  get path(): string {
    return `/kafka/v3/clusters/${this.#cluster.id}`;
  }

  cluster(): KafkaCluster {
    return KafkaCluster.parse({
      kind: 'KafkaCluster',
      metadata: { self: this.#links.url(this.path), resource_name: this.#name() },
      cluster_id: this.#cluster.id,
      acls: { related: this.#links.url(`${this.path}/acls`) },
      topics: { related: this.#links.url(`${this.path}/topics`) },
    });
  }

  topic(topic: TopicRecord): Topic {
    const path = this.#topicPath(topic);
    return Topic.parse({
      kind: 'KafkaTopic',
      metadata: this.#metadata(path, `topic=${encodeURIComponent(topic.name)}`),
      cluster_id: topic.clusterId,
      topic_name: topic.name,
      topic_id: topic.topicId,
      is_internal: false,
      replication_factor: topic.partitions[0]?.replicas.length ?? 0,
      partitions_count: topic.partitions.length,
      partitions: { related: this.#links.url(`${path}/partitions`) },
      configs: { related: this.#links.url(`${path}/configs`) },
    });
  }

  /** `racks`: where the brokers of the cell stand. */
  partitions(topic: TopicRecord, racks: ReadonlyMap<number, string | null>): TopicPartition[] {
    return topic.partitions.map((partition, id) =>
      TopicPartition.parse({
        kind: 'KafkaPartition',
        metadata: this.#metadata(
          `${this.#topicPath(topic)}/partitions/${id}`,
          `topic=${encodeURIComponent(topic.name)}/partition=${id}`,
        ),
        cluster_id: topic.clusterId,
        topic_name: topic.name,
        partition_id: id,
        leader_id: partition.leader,
        leader_epoch: partition.leaderEpoch,
        replica_ids: partition.replicas,
        isr_ids: partition.isr,
        adding_replica_ids: addingReplicas(partition),
        removing_replica_ids: removingReplicas(partition),
        replica_racks: partition.replicas.map((brokerId) => racks.get(brokerId) ?? null),
      }),
    );
  }

  /** Every setting there is, as DescribeConfigs lists them. */
  configs(topic: TopicRecord): TopicConfig[] {
    return [...topicConfigs.values()].map((config) => {
      const set = topic.configs[config.name];
      const unset = topicConfigDefault(config, topic.partitions[0]?.replicas.length ?? 1);
      return TopicConfig.parse({
        kind: 'KafkaTopicConfig',
        metadata: this.#metadata(
          `${this.#topicPath(topic)}/configs/${config.name}`,
          `topic=${encodeURIComponent(topic.name)}/config=${config.name}`,
        ),
        cluster_id: topic.clusterId,
        topic_name: topic.name,
        name: config.name,
        value: set ?? unset,
        is_default: set === undefined,
        is_read_only: false,
        is_sensitive: false,
        source: set === undefined ? 'DEFAULT_CONFIG' : 'DYNAMIC_TOPIC_CONFIG',
        type: config.type,
        default_value: unset,
        allowed_values: allowedValuesOf(config),
        documentation: config.documentation,
      });
    });
  }

  listMetadata(path: string) {
    return { self: this.#links.url(path), next: null };
  }

  #topicPath(topic: TopicRecord): string {
    return `${this.path}/topics/${encodeURIComponent(topic.name)}`;
  }

  #metadata(path: string, within: string) {
    return { self: this.#links.url(path), resource_name: `${this.#name()}/${within}` };
  }

  #name(): string {
    return clusterResourceName(this.#cluster, this.#links);
  }
}

/** Lists of partitions and brokers have no values that one could choose from. */
const allowedValuesOf = ({ oneOf }: TopicConfigRow): readonly string[] | null =>
  oneOf === undefined || oneOf.includes(PARTITION_BROKER_LIST) ? null : oneOf;
