import type { ClientLimit } from './client-quotas.ts';
import type { ConfigChanges, ConfigChangesRefusal } from './config-changes.ts';
import type { EntityQuotasStore } from './entity-quotas.ts';
import type { LimitUse, PerSharedLimit } from './limit-rules.ts';
import type {
  AclBinding,
  BrokerRecord,
  ClusterRecord,
  CredentialRecord,
  PartitionRecord,
  RoleGrants,
  TopicRecord,
  Uuid,
} from './model.ts';
import type { RestraintsStore } from './restraints.ts';

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
export interface MetadataStore extends RestraintsStore, EntityQuotasStore {
  /**
   * Everything that changed after `version` (0: all there is, without what was removed), in one consistent
   * view. Removals come first, then clusters, brokers, keys, ACLs, topics and partitions, so that a reader may
   * take the changes in one after the other.
   */
  changesSince(version: number): Promise<ChangeSet>;
  /**
   * Calls back soon (within 100 ms on a healthy store) after a version was committed. A hint: it may be
   * lost or repeated, so a reader also polls. Returns what stops it.
   */
  watch(onChange: () => void): () => void;

  /**
   * Creates the cluster or moves it to a newer intent. An older intentVersion is ignored. Restraints, and the quotas that
   * its clients have set, stay as they are.
   */
  applyCluster(cluster: Omit<ClusterRecord, 'restraints' | 'entityQuotas'>): Promise<void>;
  /** Removes the cluster with its topics, credentials and ACLs. */
  removeCluster(clusterId: string): Promise<void>;
  /** At once, past any cache: a broker asks for what it has not heard of yet. */
  findCluster(clusterId: string): Promise<ClusterRecord | null>;

  applyCredential(credential: CredentialRecord): Promise<Result<void, 'UNKNOWN_CLUSTER'>>;
  removeCredential(keyId: string): Promise<void>;
  findCredential(keyId: string): Promise<CredentialRecord | null>;

  applyAcl(binding: AclBinding): Promise<Result<void, 'UNKNOWN_CLUSTER' | 'POLICY_VIOLATION'>>;
  removeAcl(binding: AclBinding): Promise<void>;
  /** Replaces what roles allow in a cluster. An older version is ignored. ACLs and their limit are not concerned. */
  applyRoleGrants(clusterId: string, roleGrants: RoleGrants): Promise<Result<void, 'UNKNOWN_CLUSTER'>>;

  /**
   * Places the topic on brokers that are neither fenced nor cordoned, within the cluster's limit on partitions: the replicas of a
   * partition over zones, then over machines, then where there are the fewest; each leads as many as the others.
   */
  createTopic(topic: NewTopic): Promise<Result<TopicRecord, CreateTopicRefusal>>;
  deleteTopic(clusterId: string, topicId: Uuid): Promise<Result<void, 'UNKNOWN_TOPIC_ID'>>;
  /**
   * Gives the topic more partitions, with as many replicas as its first has, placed as `createTopic` places them and
   * within the same limit. Readers are told of the whole topic. Returns it as it is then.
   */
  createPartitions(asked: NewPartitions): Promise<Result<TopicRecord, CreatePartitionsRefusal>>;
  /** Changes settings of a topic, all of them or none. Returns it as it is then; what changes nothing makes no version. */
  alterTopicConfigs(asked: ConfigChanges): Promise<Result<TopicRecord, ConfigChangesRefusal>>;
  findTopic(clusterId: string, name: string): Promise<TopicRecord | null>;

  /**
   * Changes that their leaders ask for (KIP-497, 903, 966), all in one transaction, with a result for each, in
   * order; a partition may be among them twice. Only its leader, and not one that is fenced, changes a partition,
   * as a compare-and-set on the partition epoch. That epoch grows with every change, also with one that leaves the
   * rest as it was: what was sent before it, and may still arrive, then comes too late.
   * Throws RangeError where an ISR lacks its leader or names a broker twice.
   */
  alterPartitions(
    life: BrokerLifeId,
    changes: readonly PartitionChange[],
  ): Promise<Result<readonly PartitionOutcome[], 'STALE_BROKER_EPOCH'>>;
  /**
   * Where the replicas of partitions are to be (KIP-455), all in one transaction, with a result for each, in order; a
   * partition may be among them twice. Until those that are added have all of the log the others stay, as many in
   * sync commit a record as before, and `to: null` goes back to where they were. A target that takes the place of
   * another is one from there as well. The change that has the last of them in sync, or makes one of them the
   * leader, ends it; at once where nobody is added. Throws RangeError for more than `electionPartitionsMax`.
   */
  reassignPartitions(asked: readonly AskedReassignment[]): Promise<readonly ReassignmentOutcome[]>;
  /**
   * Whether anything new may be placed on the broker. It stays so over its lives, until it is said otherwise.
   * Idempotent.
   */
  cordonBroker(
    brokerId: number,
    isCordoned: boolean,
  ): Promise<Result<BrokerRecord, 'BROKER_ID_NOT_REGISTERED'>>;
  /**
   * Fences the brokers whose lease has run out, by the store's clock, and takes them out of every ISR; where they
   * led, another of the ISR leads, or else an eligible replica (KIP-966), or else nobody. Any live broker proposes
   * it, often, and several at once: where another is at it, or nothing is to be done, nothing changes. One call
   * changes at most `electionPartitionsMax` partitions.
   * NOT_TRUSTED: the proposer is fenced, or has not itself renewed its lease without a break for as long as a lease
   * lasts. After the store was away every lease looks expired, and everybody gets one whole lease to renew in.
   */
  electLeaders(proposer: BrokerLifeId): Promise<Result<Election, 'STALE_BROKER_EPOCH' | 'NOT_TRUSTED'>>;
  /**
   * Elections that somebody asks for (KIP-460), all in one transaction, with a result for each, in order; a partition
   * may be among them twice. Anybody may ask; partitions of other clusters are unknown.
   * `preferred`: the first replica leads, if it is in sync and not fenced. It has all that was committed; what only the
   * leader has, which was acknowledged with acks=1 at most, is lost.
   * `unclean`: of a partition that nobody leads, the first replica that is not fenced leads, and alone is the ISR.
   * Where none of those that hold what was committed is among them, that is lost; `uncleanEpoch` says so to whoever
   * comes back with it.
   */
  electAsked(election: AskedElection): Promise<readonly AskedElectionOutcome[]>;

  /**
   * A broker comes to life, and holds a lease: the boot epoch is one more than in its previous life (from 1), and it
   * is not fenced. Refused while another life of that id holds its lease, unless it lay in the very same place,
   * whose lock says that it is over.
   *
   * In the same transaction (the first life of an id touches no partition):
   * - Another directory id than in the last life, or a directory that has missed it or some of it, or lost writes:
   *   its replicas are lost; else those that are missing are. It leaves the ISRs and the eligible replicas of what is lost; where it led another
   *   one leads, or nobody. A partition whose only replica it is stays with it, as there is nobody else to ask.
   *   (KIP-858)
   * - What it leads still gets the next leader epoch: followers may hold bytes that it never synced.
   * - What has no leader and may be led by it gets it as leader, as in `unfenceBroker`.
   */
  registerBroker(broker: NewBroker): Promise<Result<RegisteredBroker, 'DUPLICATE_BROKER_REGISTRATION'>>;
  /**
   * The lease of that life lasts `brokerLeaseMs` from now, by the store's clock. Waits behind no mutation (but one
   * that is fencing this very broker), makes no version and tells nobody; `version` is the cell's. A broker that
   * reads `isFenced` stays so until it calls `unfenceBroker`. Refused once a later life has registered.
   * `directoryMark` is one that the broker's directory holds for good, and never holds a lower one; 0: none.
   */
  renewLease(
    life: BrokerLifeId,
    directoryMark: number,
  ): Promise<Result<{ readonly version: number; readonly isFenced: boolean }, 'STALE_BROKER_EPOCH'>>;
  /**
   * A broker that was away is back in the same life: it is counted on again and its lease renewed. Partitions
   * without a leader get it as leader, with the next leader epoch, where it is in the ISR, or else among the
   * eligible replicas; then it alone is the ISR. Idempotent.
   */
  unfenceBroker(life: BrokerLifeId): Promise<Result<BrokerRecord, 'STALE_BROKER_EPOCH'>>;
  /**
   * The broker is about to stop: it is fenced, and what has other replicas is led and kept in sync by those, as if its
   * lease had run out, but at once (KIP-841: it joins no ISR any more). Where nobody else who holds what was committed
   * has a lease, nothing changes. At most `electionPartitionsMax` partitions a
   * call; `isComplete` false: call again. Idempotent.
   */
  retireBroker(life: BrokerLifeId): Promise<Result<{ readonly isComplete: boolean }, 'STALE_BROKER_EPOCH'>>;
  /** The life is over, and its id free at once. Nothing happens where a later one has registered. */
  endLease(life: BrokerLifeId): Promise<void>;
  /**
   * Divides limits of clusters among the brokers that are not fenced (limit-rules.ts). `told` is what this one would
   * use; the answer is of every cluster of which a broker that lives has told anything, also those that this one did not
   * name: it is to tell what it uses of them, too. A broker that has told nothing of a cluster holds an even share of
   * each of its limits. Who has told of it holds what it was granted, until it tells again.
   *
   * - Nobody is granted more than what the others hold leaves of the limit, whoever asks at once: what all hold
   *   together is not above it, but where a broker has just come to life or the limit was lowered, until all that live
   *   have told twice.
   * - What fenced brokers and former lives hold counts for nothing. Nothing is kept of a cluster in which nobody wants
   *   more than an even share.
   * - Makes no version, tells nobody, and waits for no mutation. What is told of clusters that are no more is ignored.
   *
   * Throws RangeError for more than `toldClustersMax` clusters.
   */
  shareLimits(
    life: BrokerLifeId,
    told: readonly ToldUse[],
  ): Promise<Result<readonly LimitShares[], 'STALE_BROKER_EPOCH'>>;
  /** A block of producer ids that no other caller gets, ever. From 0; readers see nothing of it. */
  allocateProducerIds(count: number): Promise<{ readonly first: number; readonly count: number }>;
  /**
   * 32 random bytes that the brokers of the cell share, and no client: the same for every caller ever. Made on
   * first use; not among the changes.
   */
  cellSecret(): Promise<Buffer>;

  close(): Promise<void>;
}

export interface NewBroker extends Omit<BrokerRecord, 'bootEpoch' | 'isFenced' | 'isCordoned'> {
  /**
   * Where the directory is, told apart from every copy of it, while the broker holds a lock on it; null: that is
   * not known. Two lives with one place were one after the other.
   */
  readonly directoryPlace: string | null;
  /**
   * The directory knows of no life of this id later than that one: where there was one, it is a copy or was set back,
   * and what it held is lost. null: it does not say.
   */
  readonly lastBootEpochMax: number | null;
  /**
   * The last mark that the directory holds: one that is lower than what a renewal has told of it was set back within a
   * life, and what it held is lost. null: it holds none.
   */
  readonly directoryMark: number | null;
  /** What the last life acknowledged was not on the disk yet when its machine ended: what it held is lost. */
  readonly hasLostWrites: boolean;
  /** Replicas that the directory held, by what it says itself, and does not hold any more. */
  readonly missingReplicas: readonly ReplicaId[];
}

export interface RegisteredBroker extends BrokerRecord {
  /** Its directory is not the one of its last life, or not as that left it. */
  readonly isDirectoryLost: boolean;
}

/** What a broker uses of a cluster's limits, and would use. */
export interface ToldUse {
  readonly clusterId: string;
  readonly uses: PerSharedLimit<LimitUse>;
  /** Of quotas of its clients: those of which others may have to give up some, or have told. */
  readonly clients?: Readonly<Record<ClientLimit, LimitUse>>;
}

export interface LimitShares {
  readonly clusterId: string;
  /** Whether the store keeps what this broker has told; where not, the broker holds an even share of everything. */
  readonly hasTold: boolean;
  /** What it holds; an even share of a limit that is not in it. */
  readonly shares: Readonly<Partial<PerSharedLimit<number>>>;
  /** What the other brokers have in use, all together, of what they have told. */
  readonly inUseElsewhere: PerSharedLimit<number>;
  /** The same of quotas of clients that anybody has told of; null: this broker has not, and holds an even share. */
  readonly clients?: Readonly<Record<ClientLimit, number | null>>;
}

export interface ReplicaId {
  readonly topicId: Uuid;
  readonly partition: number;
}

export type BrokerLifeId = Pick<BrokerRecord, 'brokerId' | 'bootEpoch'>;

export interface NewTopic {
  readonly clusterId: string;
  readonly name: string;
  readonly partitionCount: number;
  /** -1: 3, or as many as there are machines (or zones) that are counted on, if those are fewer. */
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
  /** Check everything, change nothing; the record that would have been made is returned. */
  readonly validateOnly: boolean;
}

export interface PartitionChange {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly expectedPartitionEpoch: number;
  /**
   * `isr`: the leader's view of who is in sync, itself always among them, each with the life that it saw (KIP-903).
   * `next-epoch`: the leader begins its next epoch, as after its log was read again.
   * `lead`: another one that is in sync leads next, and the leader stays in sync. What is not on all that are in sync
   * is lost with it, so that the leader takes nothing more before it asks.
   * `resign`: the leader's log failed, and is read again; it leaves the ISR, and another one leads. `isLost`: it lacks
   * what was committed, and is not eligible either.
   */
  readonly to:
    | { readonly kind: 'isr'; readonly isr: readonly BrokerLifeId[] }
    | { readonly kind: 'next-epoch' }
    | { readonly kind: 'lead'; readonly leader: number }
    | { readonly kind: 'resign'; readonly isLost: boolean };
}

/**
 * INELIGIBLE_REPLICA: somebody in the ISR asked for is fenced; or is to join it, and is no replica or has begun
 * another life; or the one who is to lead is not in sync, or fenced; or nobody else lives who holds what was committed and could lead for the one who resigns.
 */
export type PartitionOutcome = Result<
  PartitionRecord,
  'UNKNOWN_TOPIC_ID' | 'NOT_LEADER_OR_FOLLOWER' | 'INVALID_UPDATE_VERSION' | 'INELIGIBLE_REPLICA'
>;

export interface AskedReassignment {
  readonly topicId: Uuid;
  readonly partition: number;
  /** Broker ids, the preferred leader first; null: a reassignment that is under way is cancelled. */
  readonly to: readonly number[] | null;
}

/**
 * INVALID_REPLICA_ASSIGNMENT: nobody is named, or somebody twice or whom the cell does not know; or, of a target that
 * takes another's place, or a cancellation: none of the replicas that would be left has all that was committed.
 */
export type ReassignmentOutcome = Result<
  PartitionRecord,
  'UNKNOWN_TOPIC_OR_PARTITION' | 'INVALID_REPLICA_ASSIGNMENT' | 'NO_REASSIGNMENT_IN_PROGRESS'
>;

export interface Election {
  /** Whom this call fenced. */
  readonly fencedBrokers: readonly number[];
  readonly partitionsChanged: number;
  /** false: brokers that are fenced still lead or are in an ISR; call again. */
  readonly isComplete: boolean;
  /** Of the brokers that were not fenced before the call, by id. */
  readonly leases: readonly LeaseLeft[];
}

/** How long a broker's lease lasts if nobody renews it, by the store's clock; 0 or less: it has run out. */
export interface LeaseLeft {
  readonly brokerId: number;
  readonly leftMs: number;
}

export interface AskedElection {
  readonly clusterId: string;
  readonly kind: 'preferred' | 'unclean';
  readonly partitions: readonly { readonly topicId: Uuid; readonly partition: number }[];
}

export type AskedElectionOutcome = Result<
  PartitionRecord,
  | 'UNKNOWN_TOPIC_ID'
  | 'ELECTION_NOT_NEEDED'
  | 'PREFERRED_LEADER_NOT_AVAILABLE'
  | 'ELIGIBLE_LEADERS_NOT_AVAILABLE'
>;

export interface NewPartitions {
  readonly clusterId: string;
  readonly topicId: Uuid;
  /** How many the topic is to have in all. */
  readonly partitionCount: number;
  /** Check everything, change nothing; the topic as it would be is returned. */
  readonly validateOnly: boolean;
}

export type CreatePartitionsRefusal =
  | 'UNKNOWN_TOPIC_ID'
  | 'INVALID_PARTITIONS'
  | 'INVALID_REPLICATION_FACTOR'
  | 'POLICY_VIOLATION';

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
  /** Some partitions of a topic of which nothing else has changed, in the order of their numbers. */
  | {
      readonly kind: 'partitions';
      readonly clusterId: string;
      readonly topicId: Uuid;
      readonly partitions: readonly NumberedPartition[];
    }
  /** All bindings of one cluster, and all that roles allow in it. */
  | {
      readonly kind: 'acls';
      readonly clusterId: string;
      readonly bindings: readonly AclBinding[];
      readonly roleGrants: RoleGrants;
    }
  | { readonly kind: 'broker'; readonly brokerId: number; readonly broker: BrokerRecord };

export interface NumberedPartition {
  readonly index: number;
  readonly record: PartitionRecord;
}

export class StoreError extends Error {
  override readonly name = 'StoreError';
}
