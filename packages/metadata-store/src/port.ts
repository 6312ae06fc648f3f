import type {
  AclBinding,
  BrokerRecord,
  ClusterRecord,
  CredentialRecord,
  PartitionRecord,
  TopicRecord,
  Uuid,
} from './model.ts';

/**
 * What the brokers of one cell must agree on, and the only thing they share.
 *
 * Guarantees every implementation gives (conformance.ts checks them):
 * - Each committed mutation gets the next version of the cell; versions become visible in order, so a
 *   reader that has seen version n has seen every change up to n.
 * - Mutations are atomic and durable before they return. An expected refusal is a value, never a throw.
 * - `apply…` and `remove…` are idempotent: repeating one changes nothing and bumps no version.
 * - Removing a cluster or a key is final: ids are never used again, so an `apply…` that comes late (a job
 *   delivered twice) is accepted and changes nothing.
 * - A throw (StoreError) means that the outcome is unknown: read before you conclude.
 */
export interface MetadataStore {
  /**
   * Everything that changed after `version` (0: all there is, without what was removed), in one consistent
   * view. Removals come first, then clusters, brokers, keys, ACLs and topics, so that a reader may take the
   * changes in one after the other.
   */
  changesSince(version: number): Promise<ChangeSet>;
  /**
   * Calls back soon (within 100 ms on a healthy store) after a version was committed. A hint: it may be
   * lost or repeated, so a reader also polls. Returns what stops it.
   */
  watch(onChange: () => void): () => void;

  /** Creates the cluster or moves it to a newer intent. An older intentVersion is ignored. */
  applyCluster(cluster: ClusterRecord): Promise<void>;
  /** Removes the cluster with its topics, credentials and ACLs. */
  removeCluster(clusterId: string): Promise<void>;
  /** At once, past any cache: a broker asks for what it has not heard of yet. */
  findCluster(clusterId: string): Promise<ClusterRecord | null>;

  applyCredential(credential: CredentialRecord): Promise<Result<void, 'UNKNOWN_CLUSTER'>>;
  removeCredential(keyId: string): Promise<void>;
  findCredential(keyId: string): Promise<CredentialRecord | null>;

  applyAcl(binding: AclBinding): Promise<Result<void, 'UNKNOWN_CLUSTER' | 'POLICY_VIOLATION'>>;
  removeAcl(binding: AclBinding): Promise<void>;

  /** Places the topic on registered brokers, within the cluster's limit on partitions. */
  createTopic(topic: NewTopic): Promise<Result<TopicRecord, CreateTopicRefusal>>;
  deleteTopic(clusterId: string, topicId: Uuid): Promise<Result<void, 'UNKNOWN_TOPIC_ID'>>;
  findTopic(clusterId: string, name: string): Promise<TopicRecord | null>;
  /** Compare-and-set: replaces the row only if its partitionEpoch still is `expectedPartitionEpoch`. */
  alterPartition(
    change: AlterPartition,
  ): Promise<Result<PartitionRecord, 'UNKNOWN_TOPIC_ID' | 'INVALID_UPDATE_VERSION'>>;

  /**
   * A broker comes to life, and holds a lease: the boot epoch is one more than in its previous life (from 1).
   * Refused while another life of that id holds its lease, unless it lay in the very same place, whose lock
   * says that it is over.
   */
  registerBroker(broker: NewBroker): Promise<Result<BrokerRecord, 'DUPLICATE_BROKER_REGISTRATION'>>;
  /**
   * The lease of that life lasts `brokerLeaseMs` from now, by the store's clock. Waits behind no mutation,
   * makes no version and tells nobody; `version` is the cell's. Refused once a later life has registered.
   */
  renewLease(life: BrokerLifeId): Promise<Result<{ readonly version: number }, 'STALE_BROKER_EPOCH'>>;
  /** The life is over, and its id free at once. Nothing happens where a later one has registered. */
  endLease(life: BrokerLifeId): Promise<void>;
  /** A block of producer ids that no other caller gets, ever. From 0; readers see nothing of it. */
  allocateProducerIds(count: number): Promise<{ readonly first: number; readonly count: number }>;

  close(): Promise<void>;
}

export interface NewBroker extends Omit<BrokerRecord, 'bootEpoch'> {
  /**
   * Where the directory is, told apart from every copy of it, while the broker holds a lock on it; null: that is
   * not known. Two lives with one place were one after the other.
   */
  readonly directoryPlace: string | null;
}

export type BrokerLifeId = Pick<BrokerRecord, 'brokerId' | 'bootEpoch'>;

export interface NewTopic {
  readonly clusterId: string;
  readonly name: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
  /** Check everything, change nothing; the record that would have been made is returned. */
  readonly validateOnly: boolean;
}

export interface AlterPartition {
  readonly clusterId: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly expectedPartitionEpoch: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
}

/** Names are those of Kafka's error codes. */
export type CreateTopicRefusal =
  | 'TOPIC_ALREADY_EXISTS'
  | 'INVALID_TOPIC_EXCEPTION'
  | 'INVALID_PARTITIONS'
  | 'INVALID_REPLICATION_FACTOR'
  | 'INVALID_CONFIG'
  | 'POLICY_VIOLATION'
  | 'UNKNOWN_CLUSTER';

export type Result<T, Refusal extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal; readonly message: string };

export interface ChangeSet {
  /** The version this set brings the reader to. */
  readonly version: number;
  readonly changes: readonly Change[];
}

/** The state after the change, or its absence; several changes to one thing come as its last state. */
export type Change =
  | { readonly kind: 'cluster'; readonly clusterId: string; readonly cluster: ClusterRecord | null }
  | { readonly kind: 'credential'; readonly keyId: string; readonly credential: CredentialRecord | null }
  | {
      readonly kind: 'topic';
      readonly clusterId: string;
      readonly topicId: Uuid;
      readonly topic: TopicRecord | null;
    }
  /** All bindings of one cluster. */
  | { readonly kind: 'acls'; readonly clusterId: string; readonly bindings: readonly AclBinding[] }
  | { readonly kind: 'broker'; readonly brokerId: number; readonly broker: BrokerRecord };

export class StoreError extends Error {
  override readonly name = 'StoreError';
}
