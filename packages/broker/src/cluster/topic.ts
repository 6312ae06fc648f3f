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
import type { TopicCompression } from '../partition/recode-task.ts';

/** Partitions whose rows were taken over: of which this broker has a replica, and of which it has none any more. */
interface AppliedPartitions {
  readonly here: readonly Partition[];
  readonly gone: readonly Partition[];
}

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

  /** Takes over what changed: configuration, leaders, ISR, replicas. */
  apply(record: TopicRecord, limits: ClusterLimits, durability: Durability): AppliedPartitions {
    const settings = settingsOf(record, limits, durability);
    for (const partition of this.hosted.values()) partition.applySettings(settings);
    return this.applyPartitions(record, record.partitions.keys(), settings);
  }

  /** The same where nothing but the rows of these has changed: of ten thousand partitions the others are not looked at. */
  applyPartitions(
    record: TopicRecord,
    indexes: Iterable<number>,
    settings: PartitionSettings,
  ): AppliedPartitions {
    this.record = record;
    const applied = { here: [] as Partition[], gone: [] as Partition[] };
    for (const index of indexes) {
      const row = record.partitions[index];
      if (row === undefined) continue;
      const known = this.hosted.get(index);
      const isHere = row.replicas.includes(this.#environment.brokerId);
      // Whoever waits for it here hears where it is, also when it is elsewhere from now on.
      known?.applyRecord(row);
      if (isHere) applied.here.push(known ?? this.#host(index, row, settings));
      else if (this.hosted.delete(index) && known !== undefined) applied.gone.push(known);
    }
    return applied;
  }

  #host(index: number, row: PartitionRecord, settings: PartitionSettings): Partition {
    const { topicId } = this.record;
    const place = { topicId, index, dir: partitionDir(this.record, index) };
    const partition = new Partition(this.#environment, place, row, settings, this.#owner);
    this.hosted.set(index, partition);
    return partition;
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
  const policies = topicConfigList(configs, 'cleanup.policy');
  const isCompacted = policies.includes('compact');
  const lagMsMax = number('max.compaction.lag.ms');
  return {
    log: {
      durability,
      segmentBytes: number('segment.bytes'),
      // What is in the segment that is written to is not compacted.
      segmentMs: isCompacted ? Math.min(number('segment.ms'), lagMsMax) : number('segment.ms'),
      retentionBytes: policies.includes('delete') ? number('retention.bytes') : -1,
      retentionMs: policies.includes('delete')
        ? boundedRetention(number('retention.ms'), limits.retentionMsMax)
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
      isCompacted,
    },
    compaction: isCompacted
      ? {
          lagMsMin: number('min.compaction.lag.ms'),
          lagMsMax,
          dirtyRatioMin: number('min.cleanable.dirty.ratio'),
          deleteRetentionMs: number('delete.retention.ms'),
        }
      : null,
    compression: compressionOf(configs),
    minInsyncReplicas: minInsyncReplicasSet(configs),
  };
}

/** Null where batches stay as their producers compressed them. */
function compressionOf(configs: TopicRecord['configs']): TopicCompression | null {
  const type = topicConfigValue(configs, 'compression.type');
  switch (type) {
    case 'uncompressed':
      return { type: 'none', level: null };
    case 'gzip': {
      const level = topicConfigNumber(configs, 'compression.gzip.level');
      return { type, level: level === -1 ? null : level };
    }
    case 'zstd':
      return { type, level: topicConfigNumber(configs, 'compression.zstd.level') };
    case 'lz4':
    case 'snappy':
      return { type, level: null };
    default:
      return null;
  }
}

/** What the topic says stays as it was said, and is what its owner is shown; what is older than the cluster may keep goes. */
function boundedRetention(ms: number, msMax = Number.MAX_SAFE_INTEGER): number {
  if (msMax === Number.MAX_SAFE_INTEGER) return ms;
  return ms === -1 ? msMax : Math.min(ms, msMax);
}
