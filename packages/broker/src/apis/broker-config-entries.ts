import { minInsyncReplicasUsual } from '@weir/metadata-store/topic-configs';
import { defaultGroupSettings } from '../group/settings.ts';
import type { RequestContext } from './handler.ts';
import { configSource, configTypes, type DescribedConfig } from './topic-config-entries.ts';

/**
 * What tools read of a broker: what holds for topics that say nothing else, and what the tenant may count on. The rest
 * of how a broker is set up is its operator's.
 */
export function describeBrokerConfigs(context: RequestContext): DescribedConfig[] {
  const { brokerId, cell } = context.services;
  const { record } = context.identity.cluster;
  const replicas = Math.max(Math.min(cell.liveBrokers().length, usualReplicas), 1);
  const { messageBytesMax, retentionMsMax } = record.limits;
  const messageBytes = Math.min(usualMessageBytes, messageBytesMax);
  const retentionMs = retentionMsMax ?? Number.MAX_SAFE_INTEGER;
  return [
    entry('auto.create.topics.enable', 'BOOLEAN', record.autoCreateTopics),
    entry('broker.id', 'INT', brokerId),
    entry('compression.type', 'STRING', 'producer'),
    entry('default.replication.factor', 'INT', replicas),
    entry('delete.topic.enable', 'BOOLEAN', true),
    entry('log.cleanup.policy', 'LIST', 'delete'),
    entry('log.message.timestamp.type', 'STRING', 'CreateTime'),
    entry('log.retention.bytes', 'LONG', -1),
    entry('log.retention.hours', 'INT', Math.min(usualRetentionHours, Math.floor(retentionMs / hourMs))),
    entry('log.retention.ms', 'LONG', null),
    entry('log.segment.bytes', 'INT', 1_073_741_824),
    entry('message.max.bytes', 'INT', messageBytes),
    entry('min.insync.replicas', 'INT', minInsyncReplicasUsual(replicas)),
    entry('node.id', 'INT', brokerId),
    entry('num.partitions', 'INT', 1),
    entry('offsets.retention.minutes', 'INT', defaultGroupSettings.offsetsRetentionMs / 60_000),
    entry('unclean.leader.election.enable', 'BOOLEAN', false),
  ];
}

/** As many as a topic gets that asks for none in particular, where there are so many brokers. */
const usualReplicas = 3;
const usualMessageBytes = 1_048_588;
const usualRetentionHours = 168;
const hourMs = 3_600_000;

/** Clients cannot change any of them. */
function entry(
  name: string,
  type: keyof typeof configTypes,
  value: string | number | boolean | null,
): DescribedConfig {
  const text = value === null ? null : String(value);
  return {
    name,
    value: text,
    readOnly: true,
    configSource: configSource.default,
    isSensitive: false,
    synonyms: [{ name, value: text, source: configSource.default }],
    configType: configTypes[type],
    documentation: null,
  };
}
