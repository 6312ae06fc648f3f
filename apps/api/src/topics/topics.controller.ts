import { Controller, Inject } from '@nestjs/common';
import type { DryRunOf, ResponseOf } from '@weir/contracts/operation';
import {
  alterTopicConfigs,
  createTopic,
  deleteTopic,
  getKafkaCluster,
  getTopic,
  getTopicConfig,
  getTopicPartition,
  listTopicConfigs,
  listTopicPartitions,
  listTopics,
  updatePartitionCount,
} from '@weir/contracts/topics';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { configUnknown, topicUnknown } from '../kafka/kafka-refusals.ts';
import { Links } from '../platform/links.ts';
import { AddPartitions } from './add-partitions.ts';
import { AlterTopicConfigs } from './alter-topic-configs.ts';
import { CreateTopic } from './create-topic.ts';
import { DeleteTopic } from './delete-topic.ts';
import { findTopic } from './find-topic.ts';
import { TopicPresenter } from './topic.present.ts';

@Controller()
export class TopicsController {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(CreateTopic) private readonly createTopic: CreateTopic,
    @Inject(AddPartitions) private readonly addPartitions: AddPartitions,
    @Inject(DeleteTopic) private readonly deleteTopic: DeleteTopic,
    @Inject(AlterTopicConfigs) private readonly alterConfigs: AlterTopicConfigs,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(getKafkaCluster)
  async cluster(
    @TheCall(getKafkaCluster) call: Call,
    @Input(getKafkaCluster) input: InputOf<typeof getKafkaCluster>,
  ): Promise<ResponseOf<typeof getKafkaCluster>> {
    const { cluster } = await this.clusters.open(call, input.params.cluster_id);
    return new TopicPresenter(this.links, cluster).cluster();
  }

  @Handles(listTopics)
  async list(
    @TheCall(listTopics) call: Call,
    @Input(listTopics) input: InputOf<typeof listTopics>,
  ): Promise<ResponseOf<typeof listTopics>> {
    const open = await this.clusters.open(call, input.params.cluster_id);
    const present = new TopicPresenter(this.links, open.cluster);
    const topics = await open.view.topics(open.cluster.id);
    const visible = topics.filter((topic) => open.allows('DESCRIBE', 'TOPIC', topic.name));
    const data = visible.map((topic) => present.topic(topic));
    return { kind: 'KafkaTopicList', metadata: present.listMetadata(`${present.path}/topics`), data };
  }

  @Handles(createTopic)
  create(
    @TheCall(createTopic) call: Call,
    @Input(createTopic) input: InputOf<typeof createTopic>,
  ): Promise<ResponseOf<typeof createTopic>> {
    return this.createTopic.run(call, input.params.cluster_id, input.body, input.query.dry_run);
  }

  @Handles(getTopic)
  async get(
    @TheCall(getTopic) call: Call,
    @Input(getTopic) input: InputOf<typeof getTopic>,
  ): Promise<ResponseOf<typeof getTopic>> {
    const open = await this.clusters.open(call, input.params.cluster_id);
    const topic = await findTopic(open, input.params.topic_name, 'DESCRIBE');
    return new TopicPresenter(this.links, open.cluster).topic(topic);
  }

  @Handles(updatePartitionCount)
  update(
    @TheCall(updatePartitionCount) call: Call,
    @Input(updatePartitionCount) input: InputOf<typeof updatePartitionCount>,
  ): Promise<ResponseOf<typeof updatePartitionCount>> {
    const { cluster_id, topic_name } = input.params;
    const count = input.body.partitions_count;
    return this.addPartitions.run(call, cluster_id, topic_name, count, input.query.dry_run);
  }

  @Handles(deleteTopic)
  async delete(
    @TheCall(deleteTopic) call: Call,
    @Input(deleteTopic) input: InputOf<typeof deleteTopic>,
  ): Promise<DryRunOf<typeof deleteTopic> | undefined> {
    const { cluster_id, topic_name } = input.params;
    return this.deleteTopic.run(call, cluster_id, topic_name, input.query.dry_run);
  }

  @Handles(listTopicPartitions)
  async partitions(
    @TheCall(listTopicPartitions) call: Call,
    @Input(listTopicPartitions) input: InputOf<typeof listTopicPartitions>,
  ): Promise<ResponseOf<typeof listTopicPartitions>> {
    const open = await this.clusters.open(call, input.params.cluster_id);
    const topic = await findTopic(open, input.params.topic_name, 'DESCRIBE');
    const present = new TopicPresenter(this.links, open.cluster);
    const path = `${present.path}/topics/${encodeURIComponent(topic.name)}/partitions`;
    return {
      kind: 'KafkaPartitionList',
      metadata: present.listMetadata(path),
      data: present.partitions(topic, await open.view.racks()),
    };
  }

  @Handles(listTopicConfigs)
  async configs(
    @TheCall(listTopicConfigs) call: Call,
    @Input(listTopicConfigs) input: InputOf<typeof listTopicConfigs>,
  ): Promise<ResponseOf<typeof listTopicConfigs>> {
    const open = await this.clusters.open(call, input.params.cluster_id);
    const topic = await findTopic(open, input.params.topic_name, 'DESCRIBE_CONFIGS');
    const present = new TopicPresenter(this.links, open.cluster);
    const path = `${present.path}/topics/${encodeURIComponent(topic.name)}/configs`;
    return {
      kind: 'KafkaTopicConfigList',
      metadata: present.listMetadata(path),
      data: present.configs(topic),
    };
  }

  @Handles(getTopicPartition)
  async partition(
    @TheCall(getTopicPartition) call: Call,
    @Input(getTopicPartition) input: InputOf<typeof getTopicPartition>,
  ): Promise<ResponseOf<typeof getTopicPartition>> {
    const open = await this.clusters.open(call, input.params.cluster_id);
    const topic = await findTopic(open, input.params.topic_name, 'DESCRIBE');
    const partitions = new TopicPresenter(this.links, open.cluster).partitions(
      topic,
      await open.view.racks(),
    );
    const found = partitions.find(({ partition_id }) => String(partition_id) === input.params.partition_id);
    if (!found) throw topicUnknown();
    return found;
  }

  @Handles(getTopicConfig)
  async config(
    @TheCall(getTopicConfig) call: Call,
    @Input(getTopicConfig) input: InputOf<typeof getTopicConfig>,
  ): Promise<ResponseOf<typeof getTopicConfig>> {
    const open = await this.clusters.open(call, input.params.cluster_id);
    const topic = await findTopic(open, input.params.topic_name, 'DESCRIBE_CONFIGS');
    const configs = new TopicPresenter(this.links, open.cluster).configs(topic);
    const found = configs.find(({ name }) => name === input.params.config_name);
    if (!found) throw configUnknown();
    return found;
  }

  @Handles(alterTopicConfigs)
  async alter(
    @TheCall(alterTopicConfigs) call: Call,
    @Input(alterTopicConfigs) input: InputOf<typeof alterTopicConfigs>,
  ): Promise<DryRunOf<typeof alterTopicConfigs> | undefined> {
    const { cluster_id, topic_name } = input.params;
    return this.alterConfigs.run(call, cluster_id, topic_name, input.body, input.query.dry_run);
  }
}
