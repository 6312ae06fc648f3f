import type { Result } from './port.ts';
import { isStorable } from './storable.ts';
import { PARTITION_BROKER_LIST, type TopicConfig, topicConfigTable } from './topic-config-table.ts';

/** By name, in alphabetical order, which is also how DescribeConfigs lists them. */
export const topicConfigs: ReadonlyMap<string, TopicConfig> = new Map(
  topicConfigTable.map((each) => [each.name, each]),
);

/** Of a string in Kafka's protocol. */
const valueLengthMax = 32_767;
const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const REPLICAS = /^(\*|\d+:\d+(,\d+:\d+)*)$/;
const INTEGER_BITS = { INT: 32, LONG: 64 } as const;

function isNumberOfType(type: 'INT' | 'LONG' | 'DOUBLE', text: string): boolean {
  if (type === 'DOUBLE') return DECIMAL.test(text);
  return INTEGER.test(text) && BigInt.asIntN(INTEGER_BITS[type], BigInt(text)) === BigInt(text);
}

function boundProblem(config: TopicConfig, value: number): string | null {
  const { min, max, also } = config;
  if (value === also) return null;
  const inside = (min === undefined || value >= min) && (max === undefined || value <= max);
  if (inside) return null;
  if (also !== undefined) return `Value must be between ${min} and ${max} or equal to ${also}`;
  return min !== undefined && value < min
    ? `Value must be at least ${min}`
    : `Value must be no more than ${max}`;
}

function listProblem(config: TopicConfig, text: string): string | null {
  if (text === '' || config.oneOf === undefined) return null;
  if (config.oneOf[0] === PARTITION_BROKER_LIST) {
    if (REPLICAS.test(text.replaceAll(' ', ''))) return null;
    return `${config.name} must be the literal '*' or a list of replicas as [partitionId]:[brokerId],…`;
  }
  const allowed = config.oneOf;
  const elements = text.split(',').map((element) => element.trim());
  return elements.every((element) => allowed.includes(element)) ? null : mustBeOneOf(allowed);
}

const mustBeOneOf = (allowed: readonly string[]) => `String must be one of: ${allowed.join(', ')}`;

function valueProblem(config: TopicConfig, text: string): string | null {
  if (!isStorable(text)) return 'Value must not contain NUL';
  // A list could be made longer by any number of requests.
  if (text.length > valueLengthMax) return `Value must not have more than ${valueLengthMax} characters`;
  switch (config.type) {
    case 'BOOLEAN':
      return /^(true|false)$/i.test(text) ? null : 'Expected value to be either true or false';
    case 'STRING':
      return config.oneOf === undefined || config.oneOf.includes(text) ? null : mustBeOneOf(config.oneOf);
    case 'LIST':
      return listProblem(config, text);
    case 'INT':
    case 'LONG':
    case 'DOUBLE':
      if (!isNumberOfType(config.type, text)) return `Not a number of type ${config.type}`;
      return boundProblem(config, Number(text));
  }
}

/**
 * Checks the configs of one topic, each alone and then together, with Apache Kafka's own sentences. The
 * values come back as they are kept and shown: trimmed, booleans in lower case.
 */
export function checkTopicConfigs(
  configs: Readonly<Record<string, string>>,
): Result<Readonly<Record<string, string>>, 'INVALID_CONFIG'> {
  const invalid = (message: string) => ({ ok: false, refusal: 'INVALID_CONFIG', message }) as const;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(configs)) {
    const config = topicConfigs.get(name);
    if (config === undefined) return invalid(`Unknown topic config name: ${name}`);
    const text = value.trim();
    const problem = valueProblem(config, text);
    if (problem !== null) return invalid(`Invalid value ${text} for configuration ${name}: ${problem}`);
    kept[name] = config.type === 'BOOLEAN' ? text.toLowerCase() : text;
  }
  const lagMin = topicConfigNumber(kept, 'min.compaction.lag.ms');
  const lagMax = topicConfigNumber(kept, 'max.compaction.lag.ms');
  if (lagMin > lagMax) {
    return invalid(
      `conflict topic config setting min.compaction.lag.ms (${lagMin}) > max.compaction.lag.ms (${lagMax})`,
    );
  }
  if (kept['remote.storage.enable'] === 'true') {
    return invalid(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
  }
  return { ok: true, value: kept };
}

/** What holds for a topic: the value set on it, or the default. Throws RangeError for a name not in the table. */
export function topicConfigValue(configs: Readonly<Record<string, string>>, name: string): string {
  const config = topicConfigs.get(name);
  if (config === undefined) throw new RangeError(`no topic config is called ${name}`);
  return configs[name] ?? config.default;
}

/**
 * The same as a number. What lies beyond 2^53 (Kafka's Long.MAX_VALUE, which stands for "no bound") becomes
 * Number.MAX_SAFE_INTEGER.
 */
export function topicConfigNumber(configs: Readonly<Record<string, string>>, name: string): number {
  const value = Number(topicConfigValue(configs, name));
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** The same as a list, without the empty elements. */
export function topicConfigList(configs: Readonly<Record<string, string>>, name: string): readonly string[] {
  return topicConfigValue(configs, name)
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** What is in force where nothing was set; of min.insync.replicas that depends on how many replicas there are. */
export function topicConfigDefault(
  config: { readonly name: string; readonly default: string },
  replicaCount: number,
): string {
  const isMinimum = config.name === 'min.insync.replicas';
  return isMinimum ? String(minInsyncReplicasOf({}, replicaCount)) : config.default;
}

/**
 * How many replicas, the leader among them, must hold a record before it counts as committed: what was set on the
 * topic, else 2 where there are 3 replicas or more, else 1. It may be more than there are replicas.
 */
export function minInsyncReplicasOf(configs: Readonly<Record<string, string>>, replicaCount: number): number {
  return minInsyncReplicasSet(configs) ?? minInsyncReplicasUsual(replicaCount);
}

/** Of the topic; null: nothing was set. */
export function minInsyncReplicasSet(configs: Readonly<Record<string, string>>): number | null {
  const isSet = configs['min.insync.replicas'] !== undefined;
  return isSet ? topicConfigNumber(configs, 'min.insync.replicas') : null;
}

/** What holds where nothing was set. */
export const minInsyncReplicasUsual = (replicaCount: number): number => (replicaCount >= 3 ? 2 : 1);
