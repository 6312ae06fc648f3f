import { shareSalt } from '@weir/credentials/scram';
import type {
  AclBinding,
  ClusterLimits,
  ClusterRecord,
  CredentialRecord,
  PartitionRecord,
  RoleGrants,
} from './model.ts';
import { type BrokerLoad, machineOf, placePartitions, rackOf } from './placement.ts';
import type { CreateTopicRefusal, NewTopic, Result } from './port.ts';
import { checkTopicConfigs, minInsyncReplicasUsual, topicConfigNumber } from './topic-configs.ts';

/** Kafka's Topic.MAX_NAME_LENGTH; with a partition number behind it the name still fits a directory entry. */
export const TOPIC_NAME_LENGTH_MAX = 249;

export type Refused<Refusal extends string> = Extract<Result<never, Refusal>, { ok: false }>;

export function refused<Refusal extends string>(refusal: Refusal, message: string): Refused<Refusal> {
  return { ok: false, refusal, message };
}

/** Live secrets of one key. */
export const secretsPerKeyMax = 2;

/** Throws RangeError for what no key can be: without a secret, with too many, or with secrets that no client can prove. */
export function requireSecrets({ keyId, secrets }: CredentialRecord): void {
  if (secrets.length < 1 || secrets.length > secretsPerKeyMax) {
    throw new RangeError(`the key ${keyId} has ${secrets.length} secrets`);
  }
  const hashes = [secrets.map((each) => each.scramSha256), secrets.map((each) => each.scramSha512)];
  if (!hashes.every(shareSalt)) throw new RangeError(`the secrets of the key ${keyId} differ in their salt`);
  if (new Set(secrets.map((each) => each.number)).size < secrets.length) {
    throw new RangeError(`two secrets of the key ${keyId} have one number`);
  }
}

/** What is wrong with a topic name, in Apache Kafka's words; null when nothing is. */
export function topicNameProblem(name: string): string | null {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > TOPIC_NAME_LENGTH_MAX) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${TOPIC_NAME_LENGTH_MAX}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
  }
  return null;
}

/** The cell's own cluster: no credential leads into it. */
export const cellClusterId = 'cell';

/** Kafka's Topic.INTERNAL_TOPICS, and the log of its controllers. */
const internalTopics: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
  '__cluster_metadata',
]);

/**
 * Names that belong to the brokers. In a Kafka cluster they exist, or are refused in these words; here they lie in
 * the cell's own cluster, and tools must not take a client's topic for them.
 */
export function isReservedTopic(clusterId: string, name: string): boolean {
  return clusterId !== cellClusterId && internalTopics.has(name);
}

/**
 * Names with one collision key cannot both exist in a cluster: Kafka's metric names turn '.' into '_', so
 * `a.b` and `a_b` would be told apart by nobody.
 */
export function collisionKey(topicName: string): string {
  return topicName.replaceAll('.', '_');
}

/** What the decision on a new topic rests on, read in the same view in which it is then written. */
export interface NewTopicFacts {
  readonly cluster: ClusterRecord | null;
  /** The name of the cluster's topic that has the same collision key, if there is one. */
  readonly topicInTheWay: string | null;
  /** Partitions that the cluster has already. */
  readonly partitionCount: number;
  /** Those that are not cordoned. */
  readonly brokers: readonly BrokerLoad[];
}

export interface PlacedTopic {
  readonly partitions: readonly PartitionRecord[];
  readonly configs: Readonly<Record<string, string>>;
}

function limitProblem(topic: NewTopic, limits: ClusterLimits, partitionCount: number): string | null {
  if (partitionCount + topic.partitionCount > limits.partitionsMax) {
    return `The cluster has ${partitionCount} partitions and this topic asks for ${topic.partitionCount}: its limit partitionsMax is ${limits.partitionsMax}.`;
  }
  return messageBytesProblem(topic.configs, limits);
}

/** Why a topic of the cluster cannot take such large records; null: it does not ask to. */
export function messageBytesProblem(
  configs: Readonly<Record<string, string>>,
  limits: Pick<ClusterLimits, 'messageBytesMax'>,
): string | null {
  if (configs['max.message.bytes'] === undefined) return null;
  const messageBytes = topicConfigNumber(configs, 'max.message.bytes');
  if (messageBytes <= limits.messageBytesMax) return null;
  return `max.message.bytes is ${messageBytes}: the cluster's limit messageBytesMax is ${limits.messageBytesMax}.`;
}

const replicationFactorUsual = 3;

/**
 * What `asked` comes to (-1: the default), if the brokers can hold it. As in Apache Kafka a broker that is away for a
 * while counts: one that is restarted keeps nobody from making a topic.
 */
export function decideReplicationFactor(
  asked: number,
  brokers: readonly BrokerLoad[],
): Result<number, 'INVALID_REPLICATION_FACTOR'> {
  const factor = asked === -1 ? usualFactor(brokers) : asked;
  const cannot = `Unable to replicate the partition ${factor === 0 ? 1 : factor} time(s)`;
  const refuse = (why: string) => refused('INVALID_REPLICATION_FACTOR', `${cannot}: ${why}`);
  if (brokers.every(({ isFenced }) => isFenced))
    return refuse('none of the brokers of the cell is alive; start one.');
  if (factor > brokers.length) {
    return refuse(
      `the cell has ${brokers.length} broker(s); ask for at most ${brokers.length}, or add another.`,
    );
  }
  const racks = countOf(brokers, rackOf);
  if (factor > racks) {
    return refuse(
      `the cell's brokers are in ${racks} zone(s); ask for at most ${racks}, or add a broker in another zone.`,
    );
  }
  return { ok: true, value: factor };
}

const countOf = (brokers: readonly BrokerLoad[], placeOf: (broker: BrokerLoad) => string): number =>
  new Set(brokers.map(placeOf)).size;

/** Those who are away count where the others alone are enough to write: nobody asked for a topic that waits for them. */
function usualFactor(brokers: readonly BrokerLoad[]): number {
  const factorOn = (some: readonly BrokerLoad[]) =>
    Math.min(replicationFactorUsual, countOf(some, machineOf), countOf(some, rackOf));
  const living = brokers.filter(({ isFenced }) => !isFenced);
  const factor = factorOn(brokers);
  return living.length >= minInsyncReplicasUsual(factor) ? factor : factorOn(living);
}

/** Every rule on a new topic, in the order in which Apache Kafka's controller applies them, then placement. */
export function decideNewTopic(
  topic: NewTopic,
  facts: NewTopicFacts,
): Result<PlacedTopic, CreateTopicRefusal> {
  const nameProblem = topicNameProblem(topic.name);
  if (nameProblem !== null) return refused('INVALID_TOPIC_EXCEPTION', nameProblem);
  if (isReservedTopic(topic.clusterId, topic.name)) {
    return refused(
      'INVALID_TOPIC_EXCEPTION',
      `Creation of internal topic ${topic.name} is prohibited. Choose another name.`,
    );
  }
  if (facts.cluster === null) return refused('UNKNOWN_CLUSTER', `There is no cluster ${topic.clusterId}.`);
  if (facts.topicInTheWay === topic.name) {
    return refused('TOPIC_ALREADY_EXISTS', `Topic '${topic.name}' already exists.`);
  }
  if (facts.topicInTheWay !== null) {
    return refused(
      'INVALID_TOPIC_EXCEPTION',
      `Topic '${topic.name}' collides with existing topic: ${facts.topicInTheWay}`,
    );
  }
  const configs = checkTopicConfigs(topic.configs);
  if (!configs.ok) return configs;
  if (
    !Number.isInteger(topic.replicationFactor) ||
    topic.replicationFactor < -1 ||
    topic.replicationFactor === 0
  ) {
    return refused(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  if (!Number.isInteger(topic.partitionCount) || topic.partitionCount < 1) {
    return refused('INVALID_PARTITIONS', 'Number of partitions must be larger than 0.');
  }
  const limit = limitProblem(topic, facts.cluster.limits, facts.partitionCount);
  if (limit !== null) return refused('POLICY_VIOLATION', limit);
  const factor = decideReplicationFactor(topic.replicationFactor, facts.brokers);
  if (!factor.ok) return factor;
  const partitions = placePartitions(topic.partitionCount, factor.value, facts.brokers);
  return { ok: true, value: { partitions, configs: configs.value } };
}

/** Whether one more ACL fits. `count` is how many the cluster has. */
/** Control characters, ends of lines, and what turns the direction of the text around it. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const aclTextLengthMax = 255;

/** What is wrong with the texts of a binding, as REST would refuse them as well; null: nothing. */
export function aclProblem({ principal, resourceType, resourceName, host }: AclBinding): string | null {
  const [kind, ...rest] = principal.split(':');
  const id = rest.join(':');
  if (kind !== 'User' || id === '') return 'A principal is `User:` and an id.';
  if (resourceType === 'CLUSTER' && resourceName !== clusterResourceName) {
    return `The only valid name for the CLUSTER resource is ${clusterResourceName}`;
  }
  for (const text of [id, resourceName, host]) {
    if (text === '') return 'Names and hosts of an ACL are not empty.';
    if (text.length > aclTextLengthMax) return `Texts of an ACL have at most ${aclTextLengthMax} characters.`;
    if (!text.isWellFormed() || unprintable.test(text)) return 'Texts of an ACL have no control characters.';
  }
  return null;
}

/** The one name that a cluster has as a resource of ACLs. */
const clusterResourceName = 'kafka-cluster';

export function decideNewAcl(
  binding: AclBinding,
  cluster: ClusterRecord | null,
  count: number,
): Result<void, 'UNKNOWN_CLUSTER' | 'POLICY_VIOLATION'> {
  if (cluster === null) return refused('UNKNOWN_CLUSTER', `There is no cluster ${binding.clusterId}.`);
  if (count >= cluster.limits.aclsMax) {
    return refused(
      'POLICY_VIOLATION',
      `The cluster has ${count} ACLs: its limit aclsMax is ${cluster.limits.aclsMax}.`,
    );
  }
  return { ok: true, value: undefined };
}

/** What a cluster begins with: nobody has a role in it. */
export const noRoleGrants: RoleGrants = { version: 0, grants: [] };

/** Two bindings with one key are one binding. */
export function aclKey(binding: AclBinding): string {
  const { principal, resourceType, patternType, resourceName, operation, permission, host } = binding;
  return JSON.stringify([principal, resourceType, patternType, resourceName, operation, permission, host]);
}
