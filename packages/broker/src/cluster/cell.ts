import { AclIndex, type Authorizer } from '@weir/metadata-store/acl-index';
import type { BrokerRecord, ClusterRecord, CredentialRecord, TopicRecord } from '@weir/metadata-store/model';
import type { Change, ChangeSet, NumberedPartition } from '@weir/metadata-store/port';
import { withPartitions } from '@weir/metadata-store/with-partitions';
import type { Timer } from '../deps.ts';
import { forEach } from '../for-each.ts';
import { metadataPollMs, partitionsClosedAtOnce } from '../limits.ts';
import type { Durability } from '../log/log-writer.ts';
import { type Accounts, brokerAccounts } from '../memory/broker-accounts.ts';
import type { Partition } from '../partition/partition.ts';
import type { PartitionEnvironment } from '../partition/partition-environment.ts';
import { Budgets } from '../quota/budgets.ts';
import type { LimitSharing } from './limit-sharing.ts';
import { LogSizes } from './log-sizes.ts';
import { LogicalCluster } from './logical-cluster.ts';
import { LookUps } from './look-ups.ts';
import { Removals } from './removals.ts';
import { endRetired, hasSecret } from './retired-secrets.ts';
import { settingsOf, Topic } from './topic.ts';

export interface CellOptions {
  readonly durability: Durability;
  /** Instead of the clusters' ACLs, for the standalone broker. */
  readonly authorizer: Authorizer | null;
}

/**
 * The broker's picture of its cell, brought up to date from the metadata store: told of changes, and
 * asking every two seconds in case nobody told. The picture serves without the store.
 */
export class Cell {
  readonly clusters = new Map<string, LogicalCluster>();
  readonly credentials = new Map<string, CredentialRecord>();
  readonly brokers = new Map<number, BrokerRecord>();
  /** Of these, who has missed a renewal of its lease: it may be gone. */
  overdue: ReadonlySet<number> = new Set();
  readonly environment: PartitionEnvironment;
  readonly #topics = new Map<string, Topic>();
  /** How large logs are; loaded before the cell starts. */
  readonly logSizes: LogSizes;
  /** How many brokers divide the limits of clusters, this one among them. */
  dividers = 1;
  /** Divides limits of clusters with the other brokers; null: nobody does, and each broker has an even share. */
  sharing: Pick<LimitSharing, 'hurry' | 'waitForConnection'> | null = null;
  /** What is kept on behalf of all clusters. */
  readonly accounts: Accounts;
  readonly budgets: Budgets;
  /** Told of topics that were deleted, not of those that go with their cluster. */
  onTopicDeleted: (clusterId: string, name: string) => void = () => undefined;
  readonly #onPartition: ((partition: Partition) => void)[] = [];
  readonly #onPartitionGone: ((partition: Partition) => void)[] = [];
  readonly #options: CellOptions;
  readonly #credentialLookUps: LookUps;
  #version = 0;
  /** When the store was last asked and told all that is new; null: never. Milliseconds since the epoch. */
  confirmedMs: number | null = null;
  /** The store says that it is behind what this broker has read in it. */
  #isSetBack = false;
  #catchingUp: Promise<void> | null = null;
  #again = false;
  #stopWatching: (() => void) | null = null;
  #poll: Timer | null = null;
  #stopped = false;
  /** What goes from the disk. */
  readonly removals: Removals;

  constructor(environment: PartitionEnvironment, options: CellOptions) {
    this.environment = environment;
    this.accounts = brokerAccounts(environment.bounds);
    this.budgets = new Budgets(environment.deps.clock, environment.brokerId);
    this.logSizes = new LogSizes(environment.deps);
    const { deps, vacating } = environment;
    this.removals = new Removals(
      { ...deps, vacating },
      {
        isKnown: (clusterId, topicId, index) =>
          this.clusters.get(clusterId)?.topicsById.get(topicId)?.hosted.has(index) === true,
        hasCluster: (clusterId) => this.clusters.has(clusterId),
      },
    );
    this.#options = options;
    this.#credentialLookUps = new LookUps(environment.deps.clock, () => this.catchUp());
  }

  /** Of the store, as of the last time that it was read. */
  get version(): number {
    return this.#version;
  }

  /** Whether nobody but one tenant has anything in it, as in a standalone broker. */
  get isOneTenants(): boolean {
    return this.#options.authorizer !== null;
  }

  /** Reads everything once, then follows. */
  async start(): Promise<void> {
    this.#stopWatching = this.environment.deps.metadata.watch(() => this.followSoon());
    await this.catchUp();
    for (const cluster of this.clusters.values()) cluster.countStoredBytes();
    this.#schedulePoll();
    this.removals.start();
  }

  /** Told of partitions that are new here, or whose row has changed. */
  onPartition(told: (partition: Partition) => void): void {
    this.#onPartition.push(told);
  }

  /** Told of partitions that this broker has no replica of any more. */
  onPartitionGone(told: (partition: Partition) => void): void {
    this.#onPartitionGone.push(told);
  }

  /** Resolves to whether all that was accepted is on the disk. */
  async stop(): Promise<boolean> {
    this.#stopped = true;
    this.#stopWatching?.();
    this.#poll?.cancel();
    await this.removals.stop();
    await this.#catchingUp?.catch(() => this.environment.deps.log.warn('metadata.stopped-while-reading'));
    let isAllOnDisk = true;
    await forEach(this.partitions(), partitionsClosedAtOnce, async (partition) => {
      if (partition.log?.failed === true) isAllOnDisk = false;
      await partition.close().catch((cause: unknown) => {
        isAllOnDisk = false;
        // Its next start reads it from where it was safe; the others are closed all the same.
        this.environment.deps.log.error('partition.close.failed', { dir: partition.dir }, cause);
      });
    });
    return isAllOnDisk;
  }

  /** All of which this broker has a replica. */
  *partitions(): Generator<Partition> {
    for (const cluster of this.clusters.values()) {
      for (const topic of cluster.topicsById.values()) yield* topic.hosted.values();
    }
  }

  /** Of any cluster; null where this broker has no replica of it. */
  findPartition(topicId: string, index: number): Partition | null {
    return this.#topics.get(topicId)?.hosted.get(index) ?? null;
  }

  /** Whether the cell counts on the broker, and, if it is named, on that very life of it. */
  isLive(brokerId: number, bootEpoch?: number): boolean {
    const broker = this.brokers.get(brokerId);
    return broker?.isFenced === false && (bootEpoch ?? broker.bootEpoch) === broker.bootEpoch;
  }

  /** Whether clients are to ask it for what it leads: it is counted on, and has not just missed a renewal of its lease. */
  mayBeAsked(brokerId: number): boolean {
    return this.isLive(brokerId) && !this.overdue.has(brokerId);
  }

  /** Brokers that the cell counts on: what clients are told of. */
  liveBrokers(): BrokerRecord[] {
    return [...this.brokers.values()].filter((broker) => !broker.isFenced);
  }

  /** After it resolves the picture holds every change committed before the call. */
  async catchUp(): Promise<void> {
    if (this.#catchingUp !== null) {
      // The read under way may have begun before the change that the caller is after. How it ends is for whoever
      // asked for it; the next one tells this caller of its own.
      await this.#catchingUp.catch(() => undefined);
    }
    this.#catchingUp ??= this.#readChanges().finally(() => {
      this.#catchingUp = null;
    });
    await this.#catchingUp;
  }

  async #readChanges(): Promise<void> {
    const { clock, metadata } = this.environment.deps;
    const askedMs = clock.now();
    this.show(await metadata.changesSince(this.#version));
    if (!this.#isSetBack) this.confirmedMs = askedMs;
  }

  /** Takes over what is told, by the store or by what was written down of it. */
  show({ version, changes }: ChangeSet): void {
    // Clusters before what lies in them.
    for (const change of changes) if (change.kind === 'cluster') this.#apply(change);
    for (const change of changes) if (change.kind !== 'cluster') this.#apply(change);
    if (version < this.#version && !this.#isSetBack)
      this.environment.deps.log.error('metadata.set-back', { version, seen: this.#version });
    this.#isSetBack = version < this.#version;
    this.#divideLimits();
    this.#version = Math.max(this.#version, version);
  }

  /** Limits of clusters hold over all brokers that live, this one among them. */
  #divideLimits(): void {
    const others = this.liveBrokers().filter((broker) => broker.brokerId !== this.environment.brokerId);
    if (others.length + 1 === this.dividers) return;
    this.dividers = others.length + 1;
    for (const cluster of this.clusters.values()) cluster.setBrokers(this.dividers);
  }

  /** Something has changed, as it seems: reads it as soon as may be, once for all who say so meanwhile. */
  followSoon(): void {
    if (this.#stopped) return;
    if (this.#catchingUp !== null) {
      this.#again = true;
      return;
    }
    this.catchUp().then(
      () => {
        if (!this.#again) return;
        this.#again = false;
        this.followSoon();
      },
      (cause: unknown) => this.environment.deps.log.warn('metadata.unreachable', {}, cause),
    );
  }

  #schedulePoll(): void {
    if (this.#stopped) return;
    this.#poll = this.environment.deps.clock.after(metadataPollMs, () => {
      this.followSoon();
      this.#schedulePoll();
    });
  }

  /** The credential, asking the store when it was not heard of yet, so that a new key works at once. */
  async findCredential(keyId: string): Promise<CredentialRecord | null> {
    if (!this.credentials.has(keyId)) await this.#credentialLookUps.lookUp();
    return this.#openCredential(keyId);
  }

  /** A suspended cluster is opened by no key. */
  #openCredential(keyId: string): CredentialRecord | null {
    const credential = this.credentials.get(keyId);
    if (credential === undefined) return null;
    return this.clusters.get(credential.clusterId)?.record.isSuspended === true ? null : credential;
  }

  /**
   * The credential as the store has it now, also one that this broker has heard of. While the store is away it is as it
   * was heard of: the picture serves without the store.
   */
  async findNewestCredential(keyId: string): Promise<CredentialRecord | null> {
    // That it is away is said by whoever follows it, and not by each client with a wrong secret.
    await this.#credentialLookUps.lookUp().catch(() => undefined);
    return this.#openCredential(keyId);
  }

  /** The topic as the store has it now, also one that this broker had not heard of yet. */
  async findTopic(clusterId: string, name: string): Promise<Topic | null> {
    const cluster = this.clusters.get(clusterId);
    if (cluster === undefined) return null;
    if (!cluster.topicsByName.has(name)) await cluster.lookUps.lookUp();
    return cluster.topicsByName.get(name) ?? null;
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case 'cluster':
        if (change.cluster === null) this.#removeCluster(change.clusterId);
        else this.#applyCluster(change.cluster);
        return;
      case 'credential':
        if (change.credential === null) this.#removeCredential(change.keyId);
        else this.#applyCredential(change.credential);
        return;
      case 'topic':
        if (change.topic === null) this.#removeTopic(change.clusterId, change.topicId);
        else this.#applyTopic(change.topic);
        return;
      case 'partitions':
        this.#applyPartitions(change.clusterId, change.topicId, change.partitions);
        return;
      case 'acls': {
        const cluster = this.clusters.get(change.clusterId);
        if (cluster === undefined) return;
        cluster.access = change;
        if (this.#options.authorizer === null)
          cluster.applyAccess(new AclIndex(change.bindings, change.roleGrants.grants));
        return;
      }
      case 'broker':
        this.brokers.set(change.brokerId, change.broker);
        this.environment.life?.seen(change.broker);
        return;
      default:
        change satisfies never;
    }
  }

  #applyCluster(record: ClusterRecord): void {
    const known = this.clusters.get(record.id);
    if (known !== undefined) {
      known.apply(record);
      if (record.isSuspended === true) known.closeConnections('cluster suspended', () => true);
      for (const topic of known.topicsById.values()) this.#applyTopic(topic.record);
      return;
    }
    const { bounds, deps } = this.environment;
    const { clock, random, log } = deps;
    const { accounts, budgets, dividers: brokers } = this;
    const catchUp = () => this.catchUp();
    const sizeOf = (partition: Partition) => this.logSizes.of(partition);
    const given = { clock, random, log, accounts, bounds, catchUp, brokers, sizeOf, budgets };
    this.clusters.set(record.id, new LogicalCluster(record, given, this.#options.authorizer ?? undefined));
  }

  #removeCluster(clusterId: string): void {
    const cluster = this.clusters.get(clusterId);
    if (cluster === undefined) return;
    cluster.close('cluster deleted');
    void this.#dropLogs(cluster);
    this.clusters.delete(clusterId);
    for (const [keyId, credential] of this.credentials) {
      if (credential.clusterId === clusterId) this.credentials.delete(keyId);
    }
  }

  async #dropLogs(cluster: LogicalCluster): Promise<void> {
    const { disk, log } = this.environment.deps;
    await Promise.all([...cluster.topicsById.values()].map((topic) => this.#dropTopic(cluster, topic)));
    await disk
      .remove(cluster.id)
      .catch((cause: unknown) => log.error('cluster.removal.failed', { dir: cluster.id }, cause));
  }

  #removeCredential(keyId: string): void {
    const credential = this.credentials.get(keyId);
    this.credentials.delete(keyId);
    for (const cluster of this.clusters.values()) {
      if (credential === undefined || credential.clusterId === cluster.id) {
        cluster.closeConnections('credential revoked', (connection) => connection.keyId === keyId);
      }
    }
  }

  /** Whether the secret opens its cluster, as far as this broker has heard. */
  isLiveSecret(keyId: string, secretNumber: number): boolean {
    return hasSecret(this.#openCredential(keyId) ?? undefined, secretNumber);
  }

  #applyCredential(credential: CredentialRecord): void {
    const before = this.credentials.get(credential.keyId);
    this.credentials.set(credential.keyId, credential);
    endRetired(this.clusters.get(credential.clusterId), before, credential);
  }

  #applyTopic(record: TopicRecord): void {
    const cluster = this.clusters.get(record.clusterId);
    if (cluster === undefined) return;
    const known = cluster.topicsById.get(record.topicId);
    const topic = known ?? new Topic(this.environment, record, cluster);
    const applied = topic.apply(record, cluster.record.limits, this.#options.durability);
    if (known === undefined) {
      cluster.addTopic(topic);
      this.#topics.set(topic.topicId, topic);
    } else cluster.topicsVersion += 1;
    this.#tell(applied);
  }

  #applyPartitions(clusterId: string, topicId: string, changed: readonly NumberedPartition[]): void {
    const cluster = this.clusters.get(clusterId);
    const topic = cluster?.topicsById.get(topicId);
    if (cluster === undefined || topic === undefined) return;
    const record = withPartitions(topic.record, changed);
    const settings = settingsOf(record, cluster.record.limits, this.#options.durability);
    const indexes = changed.map(({ index }) => index);
    this.#tell(topic.applyPartitions(record, indexes, settings));
  }

  #tell({ here, gone }: ReturnType<Topic['apply']>): void {
    for (const partition of here) for (const told of this.#onPartition) told(partition);
    for (const partition of gone) this.#moveAway(partition);
  }

  #removeTopic(clusterId: string, topicId: string): void {
    const cluster = this.clusters.get(clusterId);
    const topic = cluster?.topicsById.get(topicId);
    if (cluster === undefined || topic === undefined) return;
    void this.#dropTopic(cluster, topic);
    this.onTopicDeleted(clusterId, topic.name);
  }

  /** The store says that the topic is gone, so its bytes may go too. */
  async #dropTopic(cluster: LogicalCluster, topic: Topic): Promise<void> {
    cluster.removeTopic(topic);
    this.#topics.delete(topic.topicId);
    for (const partition of topic.hosted.values()) await this.#dropPartition(partition);
  }

  #dropPartition(partition: Partition): Promise<void> {
    for (const told of this.#onPartitionGone) told(partition);
    return this.removals.delete(partition);
  }

  #moveAway(partition: Partition): void {
    for (const told of this.#onPartitionGone) told(partition);
    void this.removals.moveAway(partition);
  }
}
