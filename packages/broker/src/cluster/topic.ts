import type { ClusterLimits, PartitionRecord, TopicRecord } from '@weir/metadata-store/model';
import {
  minInsyncReplicasSet,
  topicConfigList,
  topicConfigNumber,
  topicConfigValue,
} from '@weir/metadata-store/topic-configs';
import type { Durability } from '../log/log-writer.ts';
import { Partition } from '../partition/partition.ts';
import type { PartitionEnvironment } from '../partition/partition-environment.ts';
import type { PartitionOwner } from '../partition/partition-owner.ts';
import type { PartitionSettings } from '../partition/partition-settings.ts';

/** One tenant's topic, with the partitions of which this broker has a replica. */
export class Topic {
  record: TopicRecord;
  /** By their number. */
  readonly hosted = new Map<number, Partition>();
  readonly #environment: PartitionEnvironment;
  readonly #owner: PartitionOwner;

  constructor(environment: PartitionEnvironment, record: TopicRecord, owner: PartitionOwner) {
    this.#environment = environment;
    this.#owner = owner;
    this.record = record;
  }

  get name(): string {
    return this.record.name;
  }

  get topicId(): string {
    return this.record.topicId;
  }

  has(index: number): boolean {
    return this.record.partitions[index] !== undefined;
  }

  /**
   * Takes over what changed: configuration, leaders, ISR, replicas. Returns the partitions that this broker has no
   * replica of any more.
   */
  apply(record: TopicRecord, limits: ClusterLimits, durability: Durability): Partition[] {
    this.record = record;
    const gone: Partition[] = [];
    const settings = settingsOf(record, limits, durability);
    for (const [index, row] of record.partitions.entries()) {
      const known = this.hosted.get(index);
      if (!row.replicas.includes(this.#environment.brokerId)) {
        this.hosted.delete(index);
        if (known === undefined) continue;
        // Whoever waits for it here hears that it is elsewhere.
        known.applyRecord(row);
        gone.push(known);
        continue;
      }
      if (known === undefined) this.#host(index, row, settings);
      else {
        known.applySettings(settings);
        known.applyRecord(row);
      }
    }
    return gone;
  }

  #host(index: number, row: PartitionRecord, settings: PartitionSettings): void {
    const { topicId } = this.record;
    const place = { topicId, index, dir: partitionDir(this.record, index) };
    this.hosted.set(index, new Partition(this.#environment, place, row, settings, this.#owner));
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
    minInsyncReplicas: minInsyncReplicasSet(configs),
  };
}
