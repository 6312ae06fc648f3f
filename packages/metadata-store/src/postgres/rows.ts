import type { ScramVerifier } from '@weir/credentials/scram';
import type { EntityQuotaRecord } from '../entity-quotas.ts';
import type {
  AclBinding,
  BrokerRecord,
  ClientQuotaRecord,
  ClusterRecord,
  CredentialRecord,
  PartitionRecord,
  SecretRecord,
  TopicRecord,
} from '../model.ts';
import type { Restraints } from '../restraints.ts';

// Rows are typed by the statement's author: the columns of each statement below are spelled out next to the
// type that they are read as.

export interface ClusterRow {
  readonly cluster_id: string;
  readonly limits: ClusterRecord['limits'];
  readonly client_quotas: readonly ClientQuotaRecord[] | null;
  readonly auto_create_topics: boolean;
  readonly is_suspended: boolean;
  readonly restraints: Restraints | null;
  readonly entity_quotas: readonly EntityQuotaRecord[] | null;
  readonly intent_version: number;
}
export const clusterColumns =
  'cluster_id, limits, client_quotas, auto_create_topics, is_suspended, restraints, entity_quotas, intent_version';

export const clusterFrom = (row: ClusterRow): ClusterRecord => ({
  id: row.cluster_id,
  limits: row.limits,
  ...(row.client_quotas === null ? {} : { clientQuotas: row.client_quotas }),
  autoCreateTopics: row.auto_create_topics,
  ...(row.is_suspended ? { isSuspended: true } : {}),
  ...(row.restraints === null ? {} : { restraints: row.restraints }),
  ...(row.entity_quotas === null ? {} : { entityQuotas: row.entity_quotas }),
  intentVersion: row.intent_version,
});

export interface CredentialRow {
  readonly key_id: string;
  readonly cluster_id: string;
  readonly principal: string;
  readonly scram_sha256: ScramVerifier;
  readonly scram_sha512: ScramVerifier;
  readonly secret_number: number;
  readonly second_secret: SecretRecord | null;
  readonly expires_at: number | null;
  readonly is_of_own_pages: boolean;
}
export const credentialColumns = `key_id, cluster_id, principal, scram_sha256, scram_sha512, secret_number,
  second_secret, expires_at, is_of_own_pages`;

export const credentialFrom = (row: CredentialRow): CredentialRecord => ({
  keyId: row.key_id,
  clusterId: row.cluster_id,
  principal: row.principal,
  secrets: [
    { number: row.secret_number, scramSha256: row.scram_sha256, scramSha512: row.scram_sha512 },
    ...(row.second_secret === null ? [] : [row.second_secret]),
  ],
  expiresAt: row.expires_at,
  ...(row.is_of_own_pages ? { isOfOwnPages: true } : {}),
});

export interface AclRow {
  readonly cluster_id: string;
  readonly principal: string;
  readonly resource_type: AclBinding['resourceType'];
  readonly pattern_type: AclBinding['patternType'];
  readonly resource_name: string;
  readonly operation: AclBinding['operation'];
  readonly permission: AclBinding['permission'];
  readonly host: string;
}
export const aclColumns =
  'cluster_id, principal, resource_type, pattern_type, resource_name, operation, permission, host';

export const aclFrom = (row: AclRow): AclBinding => ({
  clusterId: row.cluster_id,
  principal: row.principal,
  resourceType: row.resource_type,
  patternType: row.pattern_type,
  resourceName: row.resource_name,
  operation: row.operation,
  permission: row.permission,
  host: row.host,
});

export interface BrokerRow {
  readonly broker_id: number;
  readonly boot_epoch: number;
  readonly host: string;
  readonly port: number;
  readonly peer_host: string | null;
  readonly peer_port: number | null;
  readonly rack: string | null;
  readonly machine: string | null;
  readonly program_version: string | null;
  readonly directory_id: string;
  readonly is_fenced: boolean;
  readonly is_cordoned: boolean;
}
/** Of `brokers b`. */
export const brokerColumns = `b.broker_id, b.boot_epoch, b.host, b.port, b.peer_host, b.peer_port, b.rack, b.machine,
  b.program_version, b.directory_id, b.is_fenced, b.is_cordoned`;

export const brokerFrom = (row: BrokerRow): BrokerRecord => ({
  brokerId: row.broker_id,
  bootEpoch: row.boot_epoch,
  host: row.host,
  port: row.port,
  peerHost: row.peer_host,
  peerPort: row.peer_port,
  rack: row.rack,
  machine: row.machine,
  programVersion: row.program_version,
  directoryId: row.directory_id,
  isFenced: row.is_fenced,
  isCordoned: row.is_cordoned,
});

export interface PartitionRow {
  readonly topic_id: string;
  readonly partition: number;
  readonly leader: number;
  readonly leader_epoch: number;
  readonly partition_epoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly eligible_replicas: readonly number[];
  readonly unclean_epoch: number;
  readonly original_replicas: readonly number[];
  readonly target_replicas: readonly number[];
}
/** Of `partitions p`. */
export const partitionColumns = `p.topic_id, p.partition, p.leader, p.leader_epoch, p.partition_epoch, p.replicas, p.isr,
  p.eligible_replicas, p.unclean_epoch, p.original_replicas, p.target_replicas`;

export const partitionFrom = (row: PartitionRow): PartitionRecord => ({
  leader: row.leader,
  leaderEpoch: row.leader_epoch,
  partitionEpoch: row.partition_epoch,
  replicas: row.replicas,
  isr: row.isr,
  eligibleReplicas: row.eligible_replicas,
  uncleanEpoch: row.unclean_epoch,
  reassignment:
    row.target_replicas.length === 0 ? null : { from: row.original_replicas, to: row.target_replicas },
});

/** Of `partitions p`: a PartitionRecord as JSON. */
export const partitionJson = `jsonb_build_object('leader', p.leader, 'leaderEpoch', p.leader_epoch,
  'partitionEpoch', p.partition_epoch, 'replicas', p.replicas, 'isr', p.isr,
  'eligibleReplicas', p.eligible_replicas, 'uncleanEpoch', p.unclean_epoch, 'reassignment', CASE WHEN cardinality(p.target_replicas) > 0
    THEN jsonb_build_object('from', p.original_replicas, 'to', p.target_replicas) END)`;

export interface TopicRow {
  readonly topic_id: string;
  readonly cluster_id: string;
  readonly name: string;
  readonly configs: Readonly<Record<string, string>>;
  readonly created_at: number;
  readonly partitions: readonly PartitionRecord[];
}
/** Of `topics t`; the partitions come in the order of their numbers. */
export const topicColumns = `t.topic_id, t.cluster_id, t.name, t.configs, t.created_at,
  (SELECT jsonb_agg(${partitionJson} ORDER BY p.partition)
   FROM partitions p WHERE p.topic_id = t.topic_id) AS partitions`;

export const topicFrom = (row: TopicRow): TopicRecord => ({
  clusterId: row.cluster_id,
  topicId: row.topic_id,
  name: row.name,
  partitions: row.partitions,
  configs: row.configs,
  createdAt: row.created_at,
});
