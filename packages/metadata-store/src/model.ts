import type { ScramVerifier } from '@weir/credentials/scram';
import type { EntityQuotaRecord } from './entity-quotas.ts';
import type { Restraints } from './restraints.ts';

/** Sixteen bytes as Kafka prints them: base64url without padding, 22 characters. */
export type Uuid = string;

/** A tenant's logical cluster as its cell knows it. Kind and name are the control plane's affair. */
export interface ClusterRecord {
  readonly id: string;
  readonly limits: ClusterLimits;
  /** Within those limits, of single clients; none where it is left out. */
  readonly clientQuotas?: readonly ClientQuotaRecord[];
  /** Nobody gets in, and all of it stays: it was deleted, and can be restored. Left out: it is not. */
  readonly isSuspended?: boolean;
  /** Applied by themselves; left out: nothing was ever told of any. */
  readonly restraints?: Restraints;
  /** What the tenant's own clients have set, changed by themselves (KIP-546); none where it is left out. */
  readonly entityQuotas?: readonly EntityQuotaRecord[];
  /** Settings a client may read but not change; absent ones follow Apache Kafka's defaults. */
  readonly autoCreateTopics: boolean;
  /** The control plane's version of the intent; an older one never replaces a newer one. */
  readonly intentVersion: number;
}

/** What a cluster may use. Every figure is a hard upper bound; the unit stands last in the name. */
export interface ClusterLimits {
  readonly ingressBytesPerSecMax: number;
  readonly egressBytesPerSecMax: number;
  readonly requestsPerSecMax: number;
  readonly connectionsMax: number;
  readonly partitionsMax: number;
  readonly groupsMax: number;
  readonly aclsMax: number;
  readonly messageBytesMax: number;
  readonly storedBytesMax: number;
  /** However long a topic says; left out where it was applied before there was a bound: there is none. */
  readonly retentionMsMax?: number;
}

/** What a client of a cluster may use, over all brokers of its cell (KIP-13). */
export interface ClientQuotaRecord {
  /**
   * `User:<id>`: a principal; `<default>`: each principal without one of its own; `Key:<id>`: whoever comes with that
   * key, beside what its principal may. Each once.
   */
  readonly client: string;
  readonly ingressBytesPerSecMax: number;
  readonly egressBytesPerSecMax: number;
}

/** A cluster API key. */
export interface CredentialRecord {
  readonly keyId: string;
  readonly clusterId: string;
  /** `User:<id>`, as in Kafka ACLs. */
  readonly principal: string;
  /**
   * Any of them opens the cluster: one, or two while the key is rotated, the older first. They share the salt and
   * iterations of each hash, since SCRAM tells these before it sees which secret a client has.
   */
  readonly secrets: readonly SecretRecord[];
  /** Milliseconds since the epoch; null: does not expire. */
  readonly expiresAt: number | null;
  /** Of the cloud's own pages: what they look at is not counted as usage of who looks. Left out where it is not. */
  readonly isOfOwnPages?: true;
}

/** What is kept of a secret, which itself is nowhere: both verifiers derive from it. */
export interface SecretRecord {
  /** Among all secrets that the key ever had; from 1. */
  readonly number: number;
  readonly scramSha256: ScramVerifier;
  readonly scramSha512: ScramVerifier;
}

export type AclResourceType = 'TOPIC' | 'GROUP' | 'CLUSTER' | 'TRANSACTIONAL_ID';
export type AclPatternType = 'LITERAL' | 'PREFIXED';
export type AclOperation =
  | 'ALL'
  | 'READ'
  | 'WRITE'
  | 'CREATE'
  | 'DELETE'
  | 'ALTER'
  | 'DESCRIBE'
  | 'CLUSTER_ACTION'
  | 'DESCRIBE_CONFIGS'
  | 'ALTER_CONFIGS'
  | 'IDEMPOTENT_WRITE';

/** One Kafka ACL (KIP-11, KIP-290). `User:*` and the literal name `*` match everything. */
export interface AclBinding {
  readonly clusterId: string;
  readonly principal: string;
  readonly resourceType: AclResourceType;
  readonly patternType: AclPatternType;
  readonly resourceName: string;
  readonly operation: AclOperation;
  readonly permission: 'ALLOW' | 'DENY';
  /** `*` for any. */
  readonly host: string;
}

/** What a role allows a principal, on resources of one type, from everywhere. It is no ACL: clients neither see nor change it. */
export interface RoleGrant {
  readonly principal: string;
  readonly resourceType: AclResourceType;
  readonly patternType: AclPatternType;
  readonly resourceName: string;
  readonly operations: readonly AclOperation[];
}

/** All that roles allow in one cluster. The control plane's; what brokers enforce is this and the ACLs. */
export interface RoleGrants {
  /** The control plane's version of who has which role; an older one never replaces a newer one. From 1; 0: never told. */
  readonly version: number;
  readonly grants: readonly RoleGrant[];
}

export interface TopicRecord {
  readonly clusterId: string;
  readonly topicId: Uuid;
  readonly name: string;
  /** Index in the array is the partition number. */
  readonly partitions: readonly PartitionRecord[];
  /** Only what was set on the topic; everything else is a default. */
  readonly configs: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface PartitionRecord {
  /** -1: none of the replicas that may lead is alive. */
  readonly leader: number;
  /** Bumped by every change of the leader, and by every life of it that begins. */
  readonly leaderEpoch: number;
  /** Bumped by every change of this row; the compare-and-set token. */
  readonly partitionEpoch: number;
  /**
   * The first is the preferred leader. While they are reassigned: those that are to be, then those that are to go.
   */
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** KIP-966: out of the ISR, and yet known to hold all that was committed: each may lead. */
  readonly eligibleReplicas: readonly number[];
  /** The leader epoch of the last unclean election: what was committed before it may be lost. -1: there was none. */
  readonly uncleanEpoch: number;
  /** null: the replicas stay where they are. */
  readonly reassignment: Reassignment | null;
}

/** The replicas are on their way from some brokers to others, which hold all of the log only at the end. (KIP-455) */
export interface Reassignment {
  /** Where they were: what a cancellation goes back to. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export interface BrokerRecord {
  readonly brokerId: number;
  /** How often this broker id has registered: tells one life of a broker from the next. */
  readonly bootEpoch: number;
  /** What clients are told. */
  readonly host: string;
  readonly port: number;
  /** Where the other brokers of the cell fetch from it; null: nowhere, it takes no followers. */
  readonly peerHost: string | null;
  readonly peerPort: number | null;
  /** The zone, told to clients as rack (KIP-392); null: it has none. */
  readonly rack: string | null;
  /** What fails as one, apart from others; null: not told, a machine of its own. */
  readonly machine: string | null;
  /** Which program this life runs, so that an upgrade can tell who has had it; null: it did not say. */
  readonly programVersion: string | null;
  /** Of the directory that holds its logs: another one means that what it held is lost. */
  readonly directoryId: Uuid;
  /**
   * Not counted on: its lease ran out. It leads nothing and joins no ISR until it registers, or is seen alive,
   * again. (KIP-631)
   */
  readonly isFenced: boolean;
  /** Nothing new is placed on it: it is about to leave the cell. What it holds it serves. (KIP-1066) */
  readonly isCordoned: boolean;
}
