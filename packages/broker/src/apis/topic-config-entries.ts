import type { DescribeConfigsResponse } from '@weir/kafka-protocol/apis/32-describe-configs';
import type { TopicRecord } from '@weir/metadata-store/model';
import { replicationFactorOf } from '@weir/metadata-store/reassignment';
import { topicConfigDefault, topicConfigs } from '@weir/metadata-store/topic-configs';

/** ConfigSource codes of org.apache.kafka.common.requests.DescribeConfigsResponse. */
export const configSource = { topic: 1, default: 5 } as const;

/** ConfigType codes of the same class. */
export const configTypes = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;

export type DescribedConfig = DescribeConfigsResponse['results'][number]['configs'][number];

export interface TopicConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly isDefault: boolean;
  readonly type: number;
  readonly defaultValue: string;
  /** The broker setting that a default comes from, if there is one. */
  readonly brokerConfig: string | null;
  readonly documentation: string;
}

/** Every topic configuration, or those named, with the value that is in force. Names that are none are left out. */
export function describeTopicConfigs(
  { configs, partitions }: TopicRecord,
  names: readonly string[] | null,
): TopicConfigEntry[] {
  const entries: TopicConfigEntry[] = [];
  const wanted = names === null ? null : new Set(names);
  for (const config of topicConfigs.values()) {
    if (wanted !== null && !wanted.has(config.name)) continue;
    const own = configs[config.name];
    const [first] = partitions;
    const usual = topicConfigDefault(config, first === undefined ? 1 : replicationFactorOf(first));
    entries.push({
      name: config.name,
      value: own ?? usual,
      isDefault: own === undefined,
      type: configTypes[config.type],
      defaultValue: usual,
      brokerConfig: config.brokerConfig,
      documentation: config.documentation,
    });
  }
  return entries;
}
