import type {
  Consumer,
  ConsumerGroup,
  ConsumerLag,
  ConsumerLagSummary,
  ResetOffset,
} from '@weir/contracts/consumer-groups';
import { clusterResourceName } from '../clusters/cluster.present.ts';
import type { ClusterRow } from '../clusters/cluster.store.ts';
import type { Links } from '../platform/links.ts';
import type { DescribedGroup, DescribedMember } from './group-answers.ts';
import type { Lag } from './read-groups.ts';
import type { ResetPartition } from './reset-offsets.ts';

/** Of the new protocol's: an assignment is being made, and taken over. */
const states: Readonly<Record<string, ConsumerGroup['state']>> = {
  Empty: 'EMPTY',
  Stable: 'STABLE',
  PreparingRebalance: 'PREPARING_REBALANCE',
  CompletingRebalance: 'COMPLETING_REBALANCE',
  Assigning: 'PREPARING_REBALANCE',
  Reconciling: 'COMPLETING_REBALANCE',
  Dead: 'DEAD',
};

const nobody = { consumer_id: '', instance_id: null, client_id: '' };
const whoIs = (member: DescribedMember | null) =>
  member === null
    ? nobody
    : {
        consumer_id: member.memberId,
        instance_id: member.groupInstanceId,
        client_id: member.clientId,
      };

/** Names are tenants' text: they are escaped where they become part of an address. */
export class ConsumerGroupPresenter {
  readonly #links: Links;
  readonly #cluster: ClusterRow;
  readonly #groupId: string;

  constructor(links: Links, cluster: ClusterRow, groupId: string) {
    this.#links = links;
    this.#cluster = cluster;
    this.#groupId = groupId;
  }

  get path(): string {
    return `/kafka/v3/clusters/${this.#cluster.id}/consumer-groups/${encodeURIComponent(this.#groupId)}`;
  }

  group({ assignor, groupState, protocolType }: DescribedGroup): ConsumerGroup {
    return {
      kind: 'KafkaConsumerGroup',
      metadata: this.#metadata(''),
      ...this.#of(),
      is_simple: protocolType === '',
      partition_assignor: assignor,
      state: states[groupState] ?? 'UNKNOWN',
      consumers: { related: this.#links.url(`${this.path}/consumers`) },
      lag_summary: { related: this.#links.url(`${this.path}/lag-summary`) },
    };
  }

  consumer(member: DescribedMember): Consumer {
    const metadata = this.#metadata(`/consumer=${encodeURIComponent(member.memberId)}`, '/consumers');
    return { kind: 'KafkaConsumer', metadata, ...this.#of(), ...whoIs(member) };
  }

  lag({ logEndOffset, member, offset, partition, topic }: Lag): ConsumerLag {
    const name = `/lag=${encodeURIComponent(topic)}/partition=${partition}`;
    return {
      kind: 'KafkaConsumerLag',
      metadata: this.#metadata(name, '/lags'),
      ...this.#of(),
      topic_name: topic,
      partition_id: partition,
      current_offset: offset,
      log_end_offset: logEndOffset,
      lag: Math.max(0, logEndOffset - offset),
      ...whoIs(member),
    };
  }

  summary(lags: readonly ConsumerLag[]): ConsumerLagSummary {
    const most = lags.reduce<ConsumerLag | null>(
      (found, each) => (found === null || each.lag > found.lag ? each : found),
      null,
    );
    return {
      kind: 'KafkaConsumerGroupLagSummary',
      metadata: this.#metadata('/lag-summary', '/lag-summary'),
      ...this.#of(),
      max_lag_consumer_id: most?.consumer_id ?? '',
      max_lag_instance_id: most?.instance_id ?? null,
      max_lag_client_id: most?.client_id ?? '',
      max_lag_topic_name: most?.topic_name ?? '',
      max_lag_partition_id: most?.partition_id ?? -1,
      max_lag: most?.lag ?? 0,
      total_lag: lags.reduce((sum, { lag }) => sum + lag, 0),
    };
  }

  reset(topic: string, { after, before, partition }: ResetPartition): ResetOffset {
    return {
      kind: 'KafkaResetOffset',
      ...this.#of(),
      topic_name: topic,
      partition_id: partition,
      previous_offset: before,
      current_offset: after,
    };
  }

  listMetadata(rest: string) {
    return { self: this.#links.url(`${this.path}${rest}`), next: null };
  }

  #of() {
    // The row's id is one of those that the contract brands.
    return { cluster_id: this.#cluster.id as ConsumerGroup['cluster_id'], consumer_group_id: this.#groupId };
  }

  #metadata(within: string, path = '') {
    const name = clusterResourceName(this.#cluster, this.#links);
    return {
      self: this.#links.url(`${this.path}${path}`),
      resource_name: `${name}/consumer-group=${encodeURIComponent(this.#groupId)}${within}`,
    };
  }
}
