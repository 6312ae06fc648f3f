import { Controller, Inject } from '@nestjs/common';
import {
  getConsumerGroup,
  getConsumerLagSummary,
  listConsumerGroups,
  listConsumerLags,
  listConsumers,
  resetOffsets,
} from '@weir/contracts/consumer-groups';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { Links } from '../platform/links.ts';
import { ConsumerGroupPresenter } from './consumer-group.present.ts';
import { ReadGroups } from './read-groups.ts';
import { ResetOffsets } from './reset-offsets.ts';

@Controller()
export class ConsumerGroupsController {
  constructor(
    @Inject(ReadGroups) private readonly groups: ReadGroups,
    @Inject(ResetOffsets) private readonly resetOffsets: ResetOffsets,
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listConsumerGroups)
  async list(
    @TheCall(listConsumerGroups) call: Call,
    @Input(listConsumerGroups) { params }: InputOf<typeof listConsumerGroups>,
  ): Promise<ResponseOf<typeof listConsumerGroups>> {
    const { groups, open } = await this.groups.list(call, params.cluster_id);
    const data = groups.map((group) =>
      new ConsumerGroupPresenter(this.links, open.cluster, group.groupId).group(group),
    );
    const self = this.links.url(`/kafka/v3/clusters/${open.cluster.id}/consumer-groups`);
    return { kind: 'KafkaConsumerGroupList', metadata: { self, next: null }, data };
  }

  @Handles(getConsumerGroup)
  async get(
    @TheCall(getConsumerGroup) call: Call,
    @Input(getConsumerGroup) { params }: InputOf<typeof getConsumerGroup>,
  ): Promise<ResponseOf<typeof getConsumerGroup>> {
    const { group, open } = await this.groups.get(call, params.cluster_id, params.consumer_group_id);
    return new ConsumerGroupPresenter(this.links, open.cluster, group.groupId).group(group);
  }

  @Handles(listConsumers)
  async consumers(
    @TheCall(listConsumers) call: Call,
    @Input(listConsumers) { params }: InputOf<typeof listConsumers>,
  ): Promise<ResponseOf<typeof listConsumers>> {
    const { group, open } = await this.groups.get(call, params.cluster_id, params.consumer_group_id);
    const present = new ConsumerGroupPresenter(this.links, open.cluster, group.groupId);
    const data = group.members.map((member) => present.consumer(member));
    return { kind: 'KafkaConsumerList', metadata: present.listMetadata('/consumers'), data };
  }

  @Handles(listConsumerLags)
  async lags(
    @TheCall(listConsumerLags) call: Call,
    @Input(listConsumerLags) { params }: InputOf<typeof listConsumerLags>,
  ): Promise<ResponseOf<typeof listConsumerLags>> {
    const { data, present } = await this.#lags(call, params.cluster_id, params.consumer_group_id);
    return { kind: 'KafkaConsumerLagList', metadata: present.listMetadata('/lags'), data };
  }

  @Handles(getConsumerLagSummary)
  async summary(
    @TheCall(getConsumerLagSummary) call: Call,
    @Input(getConsumerLagSummary) { params }: InputOf<typeof getConsumerLagSummary>,
  ): Promise<ResponseOf<typeof getConsumerLagSummary>> {
    const { data, present } = await this.#lags(call, params.cluster_id, params.consumer_group_id);
    return present.summary(data);
  }

  @Handles(resetOffsets)
  async reset(
    @TheCall(resetOffsets) call: Call,
    @Input(resetOffsets) { body, params, query }: InputOf<typeof resetOffsets>,
  ): Promise<ResponseOf<typeof resetOffsets>> {
    const { cluster_id, consumer_group_id } = params;
    const reset = await this.resetOffsets.run(call, cluster_id, consumer_group_id, body, query.dry_run);
    const { cluster } = await this.clusters.open(call, cluster_id);
    const present = new ConsumerGroupPresenter(this.links, cluster, consumer_group_id);
    const data = reset.map((each) => present.reset(body.topic_name, each));
    return { kind: 'KafkaResetOffsetList', metadata: present.listMetadata('/lags'), data };
  }

  async #lags(call: Call, clusterId: string, groupId: string) {
    const { lags, open } = await this.groups.lags(call, clusterId, groupId);
    const present = new ConsumerGroupPresenter(this.links, open.cluster, groupId);
    return { present, data: lags.map((lag) => present.lag(lag)) };
  }
}
