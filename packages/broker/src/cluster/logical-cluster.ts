import { AclIndex, type Authorizer } from '@weir/metadata-store/acl-index';
import type { QuotaDirection } from '@weir/metadata-store/client-quotas';
import type { SharedLimit } from '@weir/metadata-store/limit-rules';
import type { ClusterRecord } from '@weir/metadata-store/model';
import type { Change, LimitShares } from '@weir/metadata-store/port';
import type { Clock, Log, Random } from '../deps.ts';
import { type EngineBounds, engineBounds } from '../engine-bounds.ts';
import { partitionChangesAtOnceMin, partitionChangesPerSecMax, producerIdsPerSecMax } from '../limits.ts';
import { SegmentShare } from '../log/segment-share.ts';
import { type Accounts, clusterAccounts } from '../memory/broker-accounts.ts';
import { type SharedMemory, sharedMemory } from '../memory/shared-memory.ts';
import type { Partition } from '../partition/partition.ts';
import { Budgets, type ClusterBudgets } from '../quota/budgets.ts';
import { ClientQuotas, type QuotaClient } from '../quota/client-quotas.ts';
import { EntityQuotas, type QuotaUser } from '../quota/entity-quotas.ts';
import { RateDemand } from '../quota/rate-demand.ts';
import { TokenBucket } from '../quota/token-bucket.ts';
import { Flow } from '../schedule/flow.ts';
import { ClusterShares, type StockLimit } from './cluster-shares.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { LookUps } from './look-ups.ts';
import { ReachedLimits } from './reached-limits.ts';
import { ShareSessions } from './share-sessions.ts';
import type { Topic } from './topic.ts';

type AccessChange = Extract<Change, { kind: 'acls' }>;

/** An open connection of the cluster, as far as the cluster needs to end it. */
export interface ClusterConnection {
  readonly keyId: string | null;
  /** Which of the key's secrets it came with. */
  readonly secretNumber: number | null;
  close(reason: string): void;
}

export interface ClusterDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonicMs' | 'after'>;
  readonly random: Pick<Random, 'below'>;
  readonly log: Pick<Log, 'warn'>;
  /** Of all clusters of the broker together. */
  readonly accounts: Accounts;
  /** Brings the broker's picture of the cell up to date. */
  readonly catchUp: () => Promise<void>;
  /** How many brokers divide its limits; one, if left out. */
  readonly brokers?: number;
  /** Bytes of a log, also of one that was not read yet; if left out, of those that were. */
  readonly sizeOf?: (partition: Partition) => number;
  readonly bounds?: EngineBounds | undefined;
  /** What limits on spending leave to all clusters of the broker; if left out, to this one. */
  readonly budgets?: Budgets;
}

export const rateLimits = [
  'ingressBytesPerSecMax',
  'egressBytesPerSecMax',
  'requestsPerSecMax',
] as const satisfies readonly SharedLimit[];

/** As quotas that clients set for themselves call what they send and read. */
const byteRates = { ingress: 'producer_byte_rate', egress: 'consumer_byte_rate' } as const;

/** Nobody's: windows of no broker are in the ledger. */
const noBrokerId = -1;

/** All that belongs to one tenant's cluster on this broker. A connection sees one of these and nothing beside it. */
export class LogicalCluster {
  record: ClusterRecord;
  readonly topicsByName = new Map<string, Topic>();
  readonly topicsById = new Map<string, Topic>();
  /** Another number after a topic or a partition has come or gone. */
  topicsVersion = 1;
  readonly fetchSessions: FetchSessions;
  readonly shareSessions: ShareSessions;
  readonly connections = new Set<ClusterConnection>();
  /** What this broker may use of the limits that hold over all brokers. */
  readonly shares: ClusterShares;
  readonly ingress: TokenBucket;
  readonly egress: TokenBucket;
  readonly requests: TokenBucket;
  readonly rates: Readonly<Record<(typeof rateLimits)[number], TokenBucket>>;
  readonly demands = {
    ingressBytesPerSecMax: new RateDemand(),
    egressBytesPerSecMax: new RateDemand(),
    requestsPerSecMax: new RateDemand(),
  };
  /** What single clients of it may use. */
  readonly clientQuotas: ClientQuotas;
  /** What they have set for themselves. */
  readonly entityQuotas = new EntityQuotas();
  /** What paying has to do with it. */
  readonly budgets: ClusterBudgets;
  /** Partitions made and removed. Nobody buys it: it bounds what one broker does and asks of the store. */
  readonly partitionChanges: TokenBucket;
  /** A bound of this broker's as well. */
  readonly newProducers: TokenBucket;
  /** What its connections make this broker hold: a share, so that no tenant takes all. */
  readonly memory: SharedMemory;
  /** Its share of the event loop. */
  readonly flow: Flow;
  /** What is kept on its behalf. */
  readonly accounts: Accounts;
  readonly reachedLimits: ReachedLimits;
  /** The broker's memory is short and this cluster keeps most of it: it is not read from. */
  isHeldBack = false;
  readonly whenReleased = new Set<() => void>();
  /** Questions about names that are not known here. */
  readonly lookUps: LookUps;
  readonly segments: SegmentShare;
  authorizer: Authorizer;
  /** Told when somebody may do more or less than before. */
  readonly whenAccessChanges = new Set<() => void>();
  /** From which the authorizer was made, as the store told it; null: it has told nothing. */
  access: AccessChange | null = null;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #sizeOf: (partition: Partition) => number;

  constructor(record: ClusterRecord, deps: ClusterDeps, authorizer?: Authorizer) {
    const nowMs = deps.clock.monotonicMs();
    this.record = record;
    this.flow = new Flow(record.id);
    const bounds = deps.bounds ?? engineBounds;
    this.accounts = clusterAccounts(deps.accounts, bounds);
    this.memory = sharedMemory(bounds.bytesInFlightPerClusterMax, bounds.bytesUnfinishedPerClusterMax);
    this.fetchSessions = new FetchSessions(
      (below) => deps.random.below(below),
      this.accounts.fetchSessions,
      bounds.fetchSessionsPerClusterMax,
    );
    this.shareSessions = new ShareSessions(this.accounts.fetchSessions, bounds.fetchSessionsPerClusterMax);
    this.reachedLimits = new ReachedLimits(record.id, deps.clock, deps.log);
    this.segments = new SegmentShare(bounds, () => this.reachedLimits.reached('segmentsMax'));
    this.authorizer = authorizer ?? new AclIndex([]);
    this.#clock = deps.clock;
    this.#sizeOf = deps.sizeOf ?? ((partition) => partition.log?.sizeBytes ?? 0);
    this.shares = new ClusterShares(record.limits, deps.brokers ?? 1);
    const rateOf = (limit: (typeof rateLimits)[number]) => new TokenBucket(this.shares.of(limit), nowMs);
    this.ingress = rateOf('ingressBytesPerSecMax');
    this.egress = rateOf('egressBytesPerSecMax');
    this.requests = rateOf('requestsPerSecMax');
    this.rates = {
      ingressBytesPerSecMax: this.ingress,
      egressBytesPerSecMax: this.egress,
      requestsPerSecMax: this.requests,
    };
    this.clientQuotas = new ClientQuotas(deps.brokers ?? 1);
    this.clientQuotas.apply(record.clientQuotas ?? [], nowMs);
    this.entityQuotas.apply(record.entityQuotas ?? [], nowMs);
    this.budgets = (deps.budgets ?? new Budgets(deps.clock, noBrokerId)).ofCluster(record.id);
    this.budgets.apply(record.restraints);
    const changesAtOnce = Math.max(partitionChangesAtOnceMin, record.limits.partitionsMax);
    this.partitionChanges = new TokenBucket(partitionChangesPerSecMax, nowMs, changesAtOnce);
    this.lookUps = new LookUps(deps.clock, deps.catchUp);
    this.newProducers = new TokenBucket(producerIdsPerSecMax, nowMs);
  }

  /** From here on that decides. Requests that wait look again, so that none waits for what it may not have. */
  applyAccess(authorizer: Authorizer): void {
    this.authorizer = authorizer;
    for (const changed of this.whenAccessChanges) changed();
  }

  get id(): string {
    return this.record.id;
  }

  /** All that the broker keeps in memory on its behalf, bytes. */
  get keptBytes(): number {
    return Object.values(this.keptBytesByKind).reduce((sum, bytes) => sum + bytes, 0);
  }

  get keptBytesByKind(): Readonly<Record<keyof Accounts | keyof SharedMemory, number>> {
    const { answers, fetchSessions, groups, producers, requests } = this.accounts;
    const { inFlight, unfinished } = this.memory;
    return {
      answers: answers.bytes,
      fetchSessions: fetchSessions.bytes,
      groups: groups.bytes,
      producers: producers.bytes,
      requests: requests.bytes,
      inFlight: inFlight.bytes,
      unfinished: unfinished.bytes,
    };
  }

  /** Bytes of the logs that are led here, and of what its groups keep here, as they were when they were last counted. */
  storedBytes = 0;

  /** A record counts once, where its partition is led, however many replicas there are. */
  get storedBytesEverywhere(): number {
    return this.storedBytes + this.shares.inUseElsewhere('storedBytesMax');
  }

  get isFull(): boolean {
    const { storedBytes, shares } = this;
    if (shares.isAlone) return storedBytes > this.record.limits.storedBytesMax;
    return shares.isUsedUp('storedBytesMax', storedBytes, this.#clock.monotonicMs());
  }

  /** Whether it may have one more connection, or group, of which it has so many here: see ClusterShares. */
  admission(limit: 'connectionsMax' | 'groupsMax', inUse: number): 'now' | 'soon' | 'no' {
    return this.shares.admission(limit, inUse, this.#clock.monotonicMs());
  }

  inUse(limit: StockLimit): number {
    if (limit === 'connectionsMax') return this.connections.size;
    return limit === 'groupsMax' ? this.shares.groups : this.storedBytes;
  }

  countStoredBytes(): void {
    let bytes = this.accounts.groups.bytes;
    for (const topic of this.topicsById.values()) {
      for (const partition of topic.hosted.values()) if (partition.isLeader) bytes += this.#sizeOf(partition);
    }
    this.storedBytes = bytes;
  }

  apply(record: ClusterRecord): void {
    this.record = record;
    this.shares.limits = record.limits;
    const nowMs = this.#clock.monotonicMs();
    this.clientQuotas.apply(record.clientQuotas ?? [], nowMs);
    this.entityQuotas.apply(record.entityQuotas ?? [], nowMs);
    this.budgets.apply(record.restraints);
    this.#setRates();
  }

  /** So many brokers divide its limits from now on. */
  setBrokers(brokers: number): void {
    this.shares.brokers = brokers;
    this.clientQuotas.setBrokers(brokers, this.#clock.monotonicMs());
    this.#setRates();
  }

  /** What the cell's store has answered; null: nobody wants more than an even share. */
  setShares(answer: LimitShares | null): void {
    const nowMs = this.#clock.monotonicMs();
    this.shares.heard(answer, (limit) => this.inUse(limit), nowMs);
    this.clientQuotas.heard(answer?.clients ?? {}, nowMs);
    this.#setRates();
  }

  /** The store was silent for too long. */
  expireShares(): void {
    this.shares.expire();
    this.clientQuotas.heard({}, this.#clock.monotonicMs());
    this.#setRates();
  }

  #setRates(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const limit of rateLimits)
      this.rates[limit].setRate(this.shares.of(limit), nowMs, this.shares.even(limit));
  }

  /** Charges what a client sent or read to the cluster and to every quota of the client; how long it is to wait. */
  chargeBytes(direction: QuotaDirection, client: QuotaClient, bytes: number, clientId: string): number {
    const nowMs = this.#clock.monotonicMs();
    const clusterMs = this[direction].charge(bytes, nowMs);
    if (clusterMs > 0) this.reachedLimits.reached(`${direction}BytesPerSecMax`);
    const user = { principal: client.principal, clientId };
    const clientMs = Math.max(
      this.clientQuotas.charge(direction, client, bytes, nowMs),
      this.entityQuotas.charge(byteRates[direction], user, bytes, nowMs),
    );
    if (clientMs > 0) this.reachedLimits.reached('clientQuotaBytesPerSec');
    const spentMs = this.budgets.delayMs(direction, client, bytes);
    if (spentMs > 0) this.reachedLimits.reached('spendLimit');
    return Math.max(clusterMs, clientMs, spentMs);
  }

  /**
   * Whether nothing more is to be taken of a client, or given to it, until it has waited: the cluster, the client or a limit
   * on spending owes more than one wait pays for. Only who does not wait comes there.
   */
  isOverdrawn(direction: QuotaDirection, client: QuotaClient, clientId: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    return (
      this[direction].isOverdrawn(nowMs) ||
      this.clientQuotas.isOverdrawn(direction, client, nowMs) ||
      this.entityQuotas.isOverdrawn(byteRates[direction], { principal: client.principal, clientId }, nowMs) ||
      this.budgets.isOverdrawn(direction, client)
    );
  }

  /** Whether a client may make or remove no partition for now (KIP-599). */
  isOutOfMutations(user: QuotaUser): boolean {
    const nowMs = this.#clock.monotonicMs();
    const isOut = this.entityQuotas.isInDebt('controller_mutation_rate', user, nowMs);
    if (isOut) this.reachedLimits.reached('clientQuotaMutations');
    return isOut;
  }

  /** Charges a client for partitions made or removed; for how long it is to wait, milliseconds. */
  chargeMutations(user: QuotaUser, partitions: number): number {
    const nowMs = this.#clock.monotonicMs();
    return this.entityQuotas.charge('controller_mutation_rate', user, partitions, nowMs);
  }

  /** Charges a client for work of the broker's thread; how long it is to wait, milliseconds. */
  chargeWork(user: QuotaUser, ms: number): number {
    const waitMs = this.entityQuotas.charge('request_percentage', user, ms, this.#clock.monotonicMs());
    if (waitMs > 0) this.reachedLimits.reached('clientQuotaRequests');
    return waitMs;
  }

  addTopic(topic: Topic): void {
    this.topicsVersion += 1;
    this.topicsByName.set(topic.name, topic);
    this.topicsById.set(topic.topicId, topic);
  }

  removeTopic(topic: Topic): void {
    this.topicsVersion += 1;
    this.topicsById.delete(topic.topicId);
    // A topic made anew under the same name stays.
    if (this.topicsByName.get(topic.name) === topic) this.topicsByName.delete(topic.name);
  }

  /** It is gone: what is kept for it is given back. */
  close(reason: string): void {
    this.closeConnections(reason);
    this.fetchSessions.clear();
    this.shareSessions.clear();
    this.budgets.apply();
  }

  closeConnections(reason: string, isMeant: (connection: ClusterConnection) => boolean = () => true): void {
    for (const connection of this.connections) if (isMeant(connection)) connection.close(reason);
  }
}
