import type { ClusterLimits, TopicRecord } from '@weir/metadata-store/model';
import { topicConfigList, topicConfigNumber, topicConfigValue } from '@weir/metadata-store/topic-configs';
import type { Durability } from '../log/log-writer.ts';
import { Partition, type PartitionEnvironment, type PartitionSettings } from '../partition/partition.ts';
import type { PartitionOwner } from '../partition/partition-owner.ts';

/** One tenant's topic with the partitions that this broker hosts. */
export class Topic {
  record: TopicRecord;
  readonly partitions: Partition[];

  constructor(
    environment: PartitionEnvironment,
    record: TopicRecord,
    settings: PartitionSettings,
    owner: PartitionOwner,
  ) {
    this.record = record;
    this.partitions = record.partitions.map(
      (partition, index) =>
        new Partition(environment, partitionDir(record, index), index, partition, settings, owner),
    );
  }

  get name(): string {
    return this.record.name;
  }

  get topicId(): string {
    return this.record.topicId;
  }

  /** Takes over what changed: configuration, leaders, ISR. */
  apply(record: TopicRecord, settings: PartitionSettings): void {
    this.record = record;
    for (const partition of this.partitions) {
      partition.record = record.partitions[partition.index] ?? partition.record;
      partition.applySettings(settings);
    }
  }
}

/** A topic that is deleted and made again under its name is another topic: its id tells the directories apart. */
export function partitionDir(record: TopicRecord, index: number): string {
  return `${record.clusterId}/${record.topicId}-${index}`;
}

export function settingsOf(
  record: TopicRecord,
  limits: ClusterLimits,
  durability: Durability,
): PartitionSettings {
  const { configs } = record;
  const number = (name: string) => topicConfigNumber(configs, name);
  return {
    log: {
      durability,
      segmentBytes: number('segment.bytes'),
      segmentMs: number('segment.ms'),
      retentionBytes: topicConfigList(configs, 'cleanup.policy').includes('delete')
        ? number('retention.bytes')
        : -1,
      retentionMs: topicConfigList(configs, 'cleanup.policy').includes('delete')
        ? number('retention.ms')
        : -1,
    },
    rules: {
      messageBytesMax: Math.min(number('max.message.bytes'), limits.messageBytesMax),
      timestampType:
        topicConfigValue(configs, 'message.timestamp.type') === 'LogAppendTime'
          ? 'LogAppendTime'
          : 'CreateTime',
      timestampBeforeMsMax: number('message.timestamp.before.max.ms'),
      timestampAfterMsMax: number('message.timestamp.after.max.ms'),
      isCompacted: topicConfigList(configs, 'cleanup.policy').includes('compact'),
    },
    minInsyncReplicas: number('min.insync.replicas'),
  };
}
