import type { ClusterLimits, PartitionRecord, TopicRecord, Uuid } from './model.ts';
import { unknownTopic } from './new-partitions.ts';
import type { Result } from './port.ts';
import { committingReplicas, completed } from './reassignment.ts';
import { messageBytesProblem, refused } from './rules.ts';
import { checkTopicConfigs, topicConfigs } from './topic-configs.ts';

export interface ConfigChanges {
  readonly clusterId: string;
  readonly topicId: Uuid;
  /** One after the other; `null` gives a setting back its default. */
  readonly changes: readonly ConfigChange[];
  /** Settings that are not among the changes get back their defaults (AlterConfigs); left out: they stay. */
  readonly replacesAll?: boolean;
  /** Check everything, change nothing; the topic as it would be is returned. */
  readonly validateOnly: boolean;
}

export interface ConfigChange {
  readonly name: string;
  readonly value: string | null;
  /** Of a list: the elements of `value` join those in force, or leave them. Left out: `value` is what is to be. */
  readonly operation?: 'APPEND' | 'SUBTRACT';
}

export type ConfigChangesRefusal = 'UNKNOWN_TOPIC_ID' | 'INVALID_CONFIG' | 'POLICY_VIOLATION';

/** What the decision rests on, read in the same view in which it is then written. */
export interface ConfigChangesFacts {
  /** null: the cluster has no such topic. */
  readonly topic: TopicRecord | null;
  /** Of its cluster. */
  readonly limits: Pick<ClusterLimits, 'messageBytesMax'> | null;
}

/** The topic as it is with all of the changes; the very same one where they change nothing. */
export function decideConfigChanges(
  { changes, topicId, replacesAll }: ConfigChanges,
  { limits, topic }: ConfigChangesFacts,
): Result<TopicRecord, ConfigChangesRefusal> {
  if (topic === null || limits === null) return unknownTopic(topicId);
  const wanted = new Map(replacesAll === true ? [] : Object.entries(topic.configs));
  for (const change of changes) {
    const { name, value } = change;
    const config = topicConfigs.get(name);
    if (config === undefined) return refused('INVALID_CONFIG', `Unknown topic config name: ${name}`);
    if (value === null) wanted.delete(name);
    else if (change.operation === undefined) wanted.set(name, value);
    else if (config.type !== 'LIST') return refused('INVALID_CONFIG', notAList(name, change.operation));
    else wanted.set(name, changedList(wanted.get(name) ?? config.default, value, change.operation));
  }
  const checked = checkTopicConfigs(Object.fromEntries(wanted));
  if (!checked.ok) return checked;
  const configs = checked.value;
  // What was allowed when it was set stays allowed until somebody sets it anew.
  const setsMessageBytes = configs['max.message.bytes'] !== topic.configs['max.message.bytes'];
  const problem = setsMessageBytes ? messageBytesProblem(configs, limits) : null;
  if (problem !== null) return refused('POLICY_VIOLATION', problem);
  if (isSame(topic.configs, configs)) return { ok: true, value: topic };
  const partitions = topic.partitions.map((record) => withConfigs(record, topic.configs, configs));
  return { ok: true, value: { ...topic, configs, partitions } };
}

const notAList = (name: string, operation: 'APPEND' | 'SUBTRACT'): string =>
  `Can't ${operation} to key ${name} because its type is not LIST.`;

/** What is appended joins once, however often it is there (KIP-339). */
function changedList(now: string, value: string, operation: 'APPEND' | 'SUBTRACT'): string {
  const elements = (text: string) => text.split(',').map((element) => element.trim());
  const asked = new Set(elements(value));
  const held = elements(now).filter((element) => element !== '');
  const left = operation === 'APPEND' ? [...held, ...asked] : held.filter((each) => !asked.has(each));
  return [...new Set(left)].join(',');
}

type Configs = Readonly<Record<string, string>>;

const isSame = (one: Configs, other: Configs): boolean => {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
};

/**
 * The row, where another minimum of the ISR (KIP-966) means something for it. What an ISR that was too small had not
 * committed it may commit from now on, so nobody outside of it is eligible any more. The epoch grows, so that a leader that
 * goes by the earlier minimum changes nothing in the row before it has read of the new one.
 */
function withConfigs(record: PartitionRecord, before: Configs, after: Configs): PartitionRecord {
  const minimum = committingReplicas(record, after);
  if (minimum === committingReplicas(record, before)) return record;
  const eligibleReplicas = record.isr.length >= minimum ? [] : record.eligibleReplicas;
  return completed({ ...record, partitionEpoch: record.partitionEpoch + 1, eligibleReplicas }, after);
}
