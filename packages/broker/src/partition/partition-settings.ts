import type { PartitionRecord } from '@weir/metadata-store/model';
import { replicationFactorOf } from '@weir/metadata-store/reassignment';
import { minInsyncReplicasUsual } from '@weir/metadata-store/topic-configs';
import type { CompactionRules } from '../log/compaction-plan.ts';
import type { LogOptions } from '../log/log-options.ts';
import type { BatchRules } from './accept-batch.ts';
import type { TopicCompression } from './recode-task.ts';

/** What an append needs to know of its topic; replaced as a whole when the configuration changes. */
export interface PartitionSettings {
  readonly log: LogOptions;
  readonly rules: BatchRules;
  /** null, or left out: all records stay until retention removes them. */
  readonly compaction?: CompactionRules | null;
  /** null, or left out: batches stay as their producers compressed them. */
  readonly compression?: TopicCompression | null;
  /** As it was set on the topic; null: the usual number for as many replicas as there are. */
  readonly minInsyncReplicas: number | null;
}

/** It may change with the row: how many replicas there are decides where the topic does not say. */
export function minInsyncReplicasOf(settings: PartitionSettings, record: PartitionRecord): number {
  return settings.minInsyncReplicas ?? minInsyncReplicasUsual(replicationFactorOf(record));
}

/** As many must be in sync that something is committed: the minimum, and never more than there are. */
export function committingReplicasOf(settings: PartitionSettings, record: PartitionRecord): number {
  return Math.min(minInsyncReplicasOf(settings, record), replicationFactorOf(record));
}
