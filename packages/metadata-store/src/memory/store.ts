import { randomBytes } from 'node:crypto';
import {
  isExpired,
  type LastLife,
  type Lease,
  newLease,
  renewed,
  staleBrokerEpoch,
} from '../broker-rules.ts';
import { type BrokerLifeId, type MetadataStore, type NewBroker, StoreError } from '../port.ts';
import { newTopicId, type RandomBytes } from '../topic-id.ts';
import { alterTopicConfigs } from './alter-topic-configs.ts';
import { electAsked } from './asked-elections.ts';
import { CellState, inReadingOrder } from './cell-state.ts';
import { createPartitions } from './create-partitions.ts';
import * as decide from './decisions.ts';
import { type Journal, type JournalEntry, withDefaults } from './journal.ts';
import { SharedOut } from './limit-shares.ts';
import * as decidePartitions from './partition-decisions.ts';
import { SpentByBrokers } from './spent.ts';

export interface MemoryMetadataStoreOptions {
  /** Makes the store durable: it starts from what was loaded and commits by appending. */
  readonly journal?: Journal;
  /** Milliseconds since the epoch, for `createdAt` and leases. */
  readonly now?: () => number;
  readonly randomBytes?: RandomBytes;
}

/** A metadata store for one process. */
export interface MemoryMetadataStore extends MetadataStore {
  /** One entry that stands for all entries so far: what a journal may keep in their place. */
  snapshot(): Promise<JournalEntry>;
}

/**
 * The metadata store of a cell that is one process: the standalone broker (with a journal) and tests.
 * Without a journal every operation decides and commits before it returns its promise, so that the order of
 * calls is the order of versions. With one, operations first wait until it was loaded, and answer once
 * everything committed before their answer is durable; if an append fails, that and every later operation
 * throws StoreError, since memory would otherwise say what the disk does not.
 */
export function createMemoryMetadataStore(options: MemoryMetadataStoreOptions = {}): MemoryMetadataStore {
  return new MemoryStore(options);
}

interface HeldLease {
  readonly bootEpoch: number;
  readonly directoryPlace: string | null;
  directoryMark: number;
  lease: Lease;
}

const secretBytes = 32;

class MemoryStore implements MemoryMetadataStore {
  readonly #state = new CellState();
  readonly #journal: Journal | null;
  readonly #now: () => number;
  readonly #randomBytes: RandomBytes;
  readonly #watchers = new Set<() => void>();
  /** Of the lives of brokers that this process has seen: none outlives it. */
  readonly #leases = new Map<number, HeldLease>();
  readonly #sharedOut = new SharedOut();
  readonly #spent = new SpentByBrokers();
  #loaded: Promise<void> | null = null;
  /** Settles when all that was committed so far is durable. */
  #durable: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: MemoryMetadataStoreOptions) {
    this.#journal = options.journal ?? null;
    this.#now = options.now ?? Date.now;
    this.#randomBytes = options.randomBytes ?? randomBytes;
    if (this.#journal !== null) {
      this.#loaded = this.#replay(this.#journal);
      this.#waitFor(this.#loaded);
    }
  }

  async changesSince(version: number) {
    return this.#read(() => ({
      version: this.#state.version,
      changes: this.#state.changesSince(version),
    }));
  }

  watch(onChange: () => void): () => void {
    // Two watchers may pass one function; each gets calls and a stop of its own.
    const watcher = () => onChange();
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async applyCluster(...args: Parameters<MetadataStore['applyCluster']>) {
    return this.#mutate(() => decide.applyCluster(this.#state, ...args));
  }

  async applyRestraints(...args: Parameters<MetadataStore['applyRestraints']>) {
    return this.#mutate(() => decide.applyRestraints(this.#state, ...args));
  }

  async alterEntityQuotas(...args: Parameters<MetadataStore['alterEntityQuotas']>) {
    return this.#mutate(() => decide.alterEntityQuotas(this.#state, ...args));
  }

  async removeCluster(clusterId: string) {
    return this.#mutate(() => decide.removeCluster(this.#state, clusterId));
  }

  async findCluster(clusterId: string) {
    return this.#read(() => this.#state.clusters.get(clusterId) ?? null);
  }

  async applyCredential(...args: Parameters<MetadataStore['applyCredential']>) {
    return this.#mutate(() => decide.applyCredential(this.#state, ...args));
  }

  async removeCredential(keyId: string) {
    return this.#mutate(() => decide.removeCredential(this.#state, keyId));
  }

  async findCredential(keyId: string) {
    return this.#read(() => this.#state.credentials.get(keyId) ?? null);
  }

  async applyAcl(...args: Parameters<MetadataStore['applyAcl']>) {
    return this.#mutate(() => decide.applyAcl(this.#state, ...args));
  }

  async removeAcl(...args: Parameters<MetadataStore['removeAcl']>) {
    return this.#mutate(() => decide.removeAcl(this.#state, ...args));
  }

  async applyRoleGrants(...args: Parameters<MetadataStore['applyRoleGrants']>) {
    return this.#mutate(() => decide.applyRoleGrants(this.#state, ...args));
  }

  async createTopic(...args: Parameters<MetadataStore['createTopic']>) {
    return this.#mutate(() => {
      const born = { topicId: newTopicId(this.#randomBytes), createdAt: this.#now() };
      return decide.createTopic(this.#state, ...args, born);
    });
  }

  async deleteTopic(...args: Parameters<MetadataStore['deleteTopic']>) {
    return this.#mutate(() => decide.deleteTopic(this.#state, ...args));
  }

  async createPartitions(...args: Parameters<MetadataStore['createPartitions']>) {
    return this.#mutate(() => createPartitions(this.#state, ...args));
  }

  async alterTopicConfigs(...args: Parameters<MetadataStore['alterTopicConfigs']>) {
    return this.#mutate(() => alterTopicConfigs(this.#state, ...args));
  }

  async findTopic(clusterId: string, name: string) {
    return this.#read(() => {
      const topic = this.#state.topicInTheWay(clusterId, name);
      return topic?.name === name ? topic : null;
    });
  }

  async alterPartitions(...args: Parameters<MetadataStore['alterPartitions']>) {
    return this.#mutate(() => decidePartitions.alterPartitions(this.#state, ...args));
  }

  async reassignPartitions(...args: Parameters<MetadataStore['reassignPartitions']>) {
    return this.#mutate(() => decidePartitions.reassignPartitions(this.#state, ...args));
  }

  async cordonBroker(...args: Parameters<MetadataStore['cordonBroker']>) {
    return this.#mutate(() => decidePartitions.cordonBroker(this.#state, ...args));
  }

  async electLeaders(proposer: BrokerLifeId) {
    return this.#mutate(() => {
      const nowMs = this.#now();
      const leaseOf = (brokerId: number) => this.#leases.get(brokerId)?.lease ?? null;
      const clock = { nowMs, leaseOf, isExpired: (brokerId: number) => isExpired(leaseOf(brokerId), nowMs) };
      return decidePartitions.electLeaders(this.#state, proposer, clock);
    });
  }

  async electAsked(...args: Parameters<MetadataStore['electAsked']>) {
    return this.#mutate(() => electAsked(this.#state, ...args));
  }

  async registerBroker(broker: NewBroker) {
    return this.#mutate(() => {
      const { brokerId, directoryPlace, directoryMark } = broker;
      const decision = decidePartitions.registerBroker(this.#state, broker, this.#lastLife(brokerId));
      if (decision.result.ok) {
        const { bootEpoch } = decision.result.value;
        const lease = newLease(this.#now());
        this.#leases.set(brokerId, { bootEpoch, directoryPlace, directoryMark: directoryMark ?? 0, lease });
      }
      return decision;
    });
  }

  #lastLife(brokerId: number): LastLife | null {
    const record = this.#state.brokers.get(brokerId);
    if (record === undefined) return null;
    const held = this.#leases.get(brokerId);
    const hasLease = !isExpired(held?.lease ?? null, this.#now());
    const { directoryPlace = null, directoryMark = 0 } = held ?? {};
    return { record, directoryPlace, directoryMark, hasLease };
  }

  async renewLease(life: BrokerLifeId, directoryMark: number): ReturnType<MetadataStore['renewLease']> {
    return this.#read(() => {
      if (!this.#renew(life, directoryMark)) return staleBrokerEpoch(life.brokerId);
      const isFenced = this.#state.brokers.get(life.brokerId)?.isFenced ?? false;
      return { ok: true, value: { version: this.#state.version, isFenced } };
    });
  }

  /** Whether that life is the current one. */
  #renew({ brokerId, bootEpoch }: BrokerLifeId, directoryMark = 0): boolean {
    const held = this.#leases.get(brokerId);
    if (held?.bootEpoch !== bootEpoch) return false;
    held.lease = renewed(held.lease, this.#now());
    held.directoryMark = Math.max(held.directoryMark, directoryMark);
    return true;
  }

  async unfenceBroker(life: BrokerLifeId): ReturnType<MetadataStore['unfenceBroker']> {
    return this.#mutate(() => {
      // A life from before this process began holds no lease, and is over.
      if (!this.#renew(life)) return { result: staleBrokerEpoch(life.brokerId), changes: [] };
      return decidePartitions.unfenceBroker(this.#state, life);
    });
  }

  async retireBroker(life: BrokerLifeId) {
    return this.#mutate(() => {
      const nowMs = this.#now();
      const hasLease = (brokerId: number) => !isExpired(this.#leases.get(brokerId)?.lease ?? null, nowMs);
      return decidePartitions.retireBroker(this.#state, life, hasLease);
    });
  }

  async endLease({ brokerId, bootEpoch }: BrokerLifeId): Promise<void> {
    await this.#read(() => {
      const held = this.#leases.get(brokerId);
      if (held?.bootEpoch !== bootEpoch) return;
      held.lease = { ...held.lease, untilMs: Number.NEGATIVE_INFINITY };
    });
  }

  async shareLimits(...args: Parameters<MetadataStore['shareLimits']>) {
    return this.#read(() => this.#sharedOut.share(this.#state, ...args));
  }

  async shareSpent(...args: Parameters<MetadataStore['shareSpent']>) {
    return this.#read(() => this.#spent.share(this.#state, ...args));
  }

  async cellSecret(): Promise<Buffer> {
    const usable = this.#usable();
    if (usable !== null) await usable;
    const { version, nextProducerId, cellSecret } = this.#state;
    const secret = cellSecret ?? Buffer.from(this.#randomBytes(secretBytes)).toString('base64');
    if (cellSecret === null) this.#commit({ version, nextProducerId, cellSecret: secret, changes: [] });
    await this.#durable;
    return Buffer.from(secret, 'base64');
  }

  async allocateProducerIds(count: number) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`a block of ${count} producer ids`);
    const usable = this.#usable();
    if (usable !== null) await usable;
    const first = this.#state.nextProducerId;
    this.#commit({ version: this.#state.version, nextProducerId: first + count, changes: [] });
    await this.#durable;
    return { first, count };
  }

  async snapshot(): Promise<JournalEntry> {
    return this.#read(() => {
      const { version, nextProducerId, cellSecret } = this.#state;
      const secret = cellSecret === null ? {} : { cellSecret };
      return { version, nextProducerId, ...secret, changes: this.#state.everything() };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watchers.clear();
    await this.#durable;
  }

  async #replay(journal: Journal): Promise<void> {
    try {
      for (const entry of await journal.load()) this.#state.apply(withDefaults(entry));
    } catch (cause) {
      throw new StoreError('the journal could not be loaded', { cause });
    }
  }

  /** Makes `next` what every later answer waits for. Its rejection reaches each of them. */
  #waitFor(next: Promise<void>): void {
    next.catch(() => undefined);
    this.#durable = next;
  }

  /** Null when the caller may go on at once, in the same turn of the event loop. */
  #usable(): Promise<void> | null {
    if (this.#closed) throw new StoreError('the store is closed');
    return this.#loaded;
  }

  async #read<T>(look: () => T): Promise<T> {
    const usable = this.#usable();
    if (usable !== null) await usable;
    if (this.#journal !== null) await this.#durable;
    return look();
  }

  async #mutate<T>(decision: () => decide.Decision<T>): Promise<T> {
    const usable = this.#usable();
    if (usable !== null) await usable;
    const { result, changes } = decision();
    if (changes.length > 0) {
      const { version, nextProducerId } = this.#state;
      this.#commit({ version: version + 1, nextProducerId, changes: inReadingOrder(changes) });
    }
    if (this.#journal !== null) await this.#durable;
    return result;
  }

  #commit(entry: JournalEntry): void {
    this.#state.apply(entry);
    const journal = this.#journal;
    if (journal === null) queueMicrotask(() => this.#notify(entry));
    else this.#waitFor(this.#append(journal, entry, this.#durable));
  }

  async #append(journal: Journal, entry: JournalEntry, before: Promise<void>): Promise<void> {
    await before;
    try {
      await journal.append(entry);
    } catch (cause) {
      throw new StoreError('the journal did not take an entry', { cause });
    }
    this.#notify(entry);
  }

  #notify(entry: JournalEntry): void {
    if (entry.changes.length > 0) for (const watcher of this.#watchers) watcher();
  }
}
