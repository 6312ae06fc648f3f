import { brokerLeaseMs } from '@weir/metadata-store/broker-rules';
import {
  type BrokerLifeId,
  type ChangeSet,
  type MetadataStore,
  type PartitionChange,
  StoreError,
} from '@weir/metadata-store/port';
import type { Bug } from './faults.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import { Violation, type World } from './world.ts';

/** Where the store is in the network, so that it can be cut off. */
export const storeHost = 'store';

/** What a driver waits for an answer before it gives up. */
const patienceMs = 1_500;

/** A topic whose segments are smaller than a store takes; what it has from before it said so may be. */
interface SmallSegments {
  readonly clusterId: string;
  readonly segmentBytes: number;
}

/** What becomes of a question: after how long it is heard, and how long its answer takes. */
export interface Fate {
  readonly heardAfterMs: number;
  readonly answeredAfterMs: number;
}

/** The store of the cell, a moment away from its brokers. It shares nobody's fate; its answers may be lost. */
export class SimulatedStore {
  /** Of the mutations, the share whose answer is lost: it was done, or will be, or never is. */
  lostAnswerRate = 0;
  /** How long a registration waits: for a lease of the former life, or for others at the store. */
  registrationDelayMs = (): number => 0;
  /** By broker, how long its next registration waits at least. */
  readonly registersAfterMs = new Map<number, number>();
  /** Whoever disturbs may choose what becomes of a change of rows that a leader asks for; null: the usual. */
  onQuestion: (leader: BrokerLifeId, changes: readonly PartitionChange[]) => Fate | null = () => null;
  /** Told when leaders were elected. */
  onElected: () => void = () => undefined;
  /** Questions that were asked and may be heard yet, whatever has become of those who asked. */
  unheard = 0;
  /** What was told of the brokers' directories last. */
  readonly marks = new Map<number, number>();
  private outage = { isNow: false, beganMs: 0, endedMs: Number.NEGATIVE_INFINITY };
  private readonly world: World;
  private readonly metadata: MetadataStore;
  private readonly network: SimulatedNetwork;
  private readonly small: SmallSegments;
  private readonly bug: Bug | null;

  constructor(
    world: World,
    metadata: MetadataStore,
    network: SimulatedNetwork,
    small: SmallSegments,
    bug: Bug | null,
  ) {
    this.world = world;
    this.metadata = metadata;
    this.network = network;
    this.small = small;
    this.bug = bug;
  }

  reachedFrom(host: string, isAlive: () => boolean): MetadataStore {
    const { world, metadata } = this;
    const whileAlive = (ms: number) =>
      new Promise<void>((resolve) => world.after(ms, () => isAlive() && resolve()));
    const away = async (): Promise<never> => {
      await whileAlive(patienceMs);
      throw new StoreError('the store does not answer');
    };
    const isCut = () =>
      this.outage.isNow || this.network.isCut(host, storeHost) || this.network.isCut(storeHost, host);
    const far = async <T>(call: () => Promise<T>): Promise<T> => {
      await whileAlive(world.delay(0.1, 10));
      if (isCut()) return away();
      const answer = await call();
      await whileAlive(world.delay(0.1, 10));
      return isCut() ? away() : answer;
    };
    const mutation = async <T>(call: () => Promise<T>): Promise<T> => {
      if (!world.random.chance(this.lostAnswerRate)) return far(call);
      // Heard late, whatever has become of the one who asked; or never.
      const fate = world.random.pick(['done', 'late', 'never']);
      if (fate === 'done') await call();
      if (fate === 'late') this.hear(world.delay(10, 3_000), () => void call().catch(() => undefined));
      return away();
    };
    const fated = <T>(call: () => Promise<T>, fate: Fate): Promise<T> =>
      new Promise((resolve, reject) => {
        const answer = (value: T) => world.after(fate.answeredAfterMs, () => isAlive() && resolve(value));
        this.hear(fate.heardAfterMs, () => void call().then(answer, reject));
        away().catch(reject);
      });
    const isRepeating = this.bug === 'producer-ids-repeat';
    return {
      changesSince: (version) =>
        far(async () => this.withSmallSegments(await metadata.changesSince(version))),
      watch: (onChange) => metadata.watch(() => isAlive() && !isCut() && onChange()),
      applyCluster: (cluster) => far(() => metadata.applyCluster(cluster)),
      alterEntityQuotas: (asked) => far(() => metadata.alterEntityQuotas(asked)),
      removeCluster: (id) => far(() => metadata.removeCluster(id)),
      findCluster: (id) => far(() => metadata.findCluster(id)),
      applyCredential: (credential) => far(() => metadata.applyCredential(credential)),
      removeCredential: (keyId) => far(() => metadata.removeCredential(keyId)),
      findCredential: (keyId) => far(() => metadata.findCredential(keyId)),
      applyAcl: (binding) => far(() => metadata.applyAcl(binding)),
      removeAcl: (binding) => far(() => metadata.removeAcl(binding)),
      applyRoleGrants: (clusterId, grants) => far(() => metadata.applyRoleGrants(clusterId, grants)),
      applyRestraints: (clusterId, restraints) => far(() => metadata.applyRestraints(clusterId, restraints)),
      createTopic: (topic) => far(() => metadata.createTopic(topic)),
      deleteTopic: (id, topicId) => far(() => metadata.deleteTopic(id, topicId)),
      createPartitions: (asked) => far(() => metadata.createPartitions(asked)),
      alterTopicConfigs: (asked) => far(() => metadata.alterTopicConfigs(asked)),
      findTopic: (id, name) => far(() => metadata.findTopic(id, name)),
      alterPartitions: (id, changes) => {
        const call = () => metadata.alterPartitions(id, changes);
        const fate = isCut() ? null : this.onQuestion(id, changes);
        return fate === null ? mutation(call) : fated(call, fate);
      },
      reassignPartitions: (asked) => mutation(() => metadata.reassignPartitions(asked)),
      cordonBroker: (brokerId, isCordoned) => mutation(() => metadata.cordonBroker(brokerId, isCordoned)),
      electLeaders: (id) => mutation(() => this.elect(id)),
      electAsked: (election) => mutation(() => metadata.electAsked(election)),
      registerBroker: async (broker) => {
        const delayMs = Math.max(this.registrationDelayMs(), this.registersAfterMs.get(broker.brokerId) ?? 0);
        this.registersAfterMs.delete(broker.brokerId);
        if (delayMs > 0) await whileAlive(delayMs);
        return far(() => metadata.registerBroker(broker));
      },
      unfenceBroker: (id) => mutation(() => metadata.unfenceBroker(id)),
      renewLease: (id, mark) =>
        far(async () => {
          const renewed = await metadata.renewLease(id, mark);
          if (renewed.ok) this.marks.set(id.brokerId, mark);
          return renewed;
        }),
      retireBroker: (id) => mutation(() => metadata.retireBroker(id)),
      // Each broker asks twice a second: it draws nothing, so that what happens to the others does not hang on it.
      shareLimits: async (id, told) => {
        await whileAlive(1);
        return isCut() ? away() : metadata.shareLimits(id, told);
      },
      shareSpent: async (id, told) => {
        await whileAlive(1);
        return isCut() ? away() : metadata.shareSpent(id, told);
      },
      endLease: (id) => far(() => metadata.endLease(id)),
      allocateProducerIds: (count) =>
        far(async () => (isRepeating ? { first: 0, count: 1 } : metadata.allocateProducerIds(count))),
      cellSecret: () => far(() => metadata.cellSecret()),
      close: async () => undefined,
    };
  }

  /** Nobody reaches it, as of now. */
  goAway(): void {
    this.outage = { isNow: true, beganMs: this.world.now, endedMs: Number.POSITIVE_INFINITY };
  }

  comeBack(): void {
    if (this.outage.isNow) this.outage = { ...this.outage, isNow: false, endedMs: this.world.now };
  }

  private hear(afterMs: number, call: () => void): void {
    this.unheard += 1;
    this.world.after(afterMs, () => {
      this.unheard -= 1;
      call();
    });
  }

  /** After the store was away nobody is taken for gone who had no full lease to renew in. */
  private async elect(proposer: BrokerLifeId): ReturnType<MetadataStore['electLeaders']> {
    const elected = await this.metadata.electLeaders(proposer);
    if (elected.ok && elected.value.partitionsChanged > 0) this.onElected();
    const { beganMs, endedMs } = this.outage;
    const sinceMs = this.world.now - endedMs;
    const isTooSoon = endedMs - beganMs >= brokerLeaseMs && sinceMs >= 0 && sinceMs < brokerLeaseMs;
    if (isTooSoon && elected.ok && elected.value.fencedBrokers.length > 0) {
      const who = elected.value.fencedBrokers.join(' and ');
      const problem = `brokers ${who} were fenced ${sinceMs.toFixed(0)} ms after the store came back`;
      this.world.fail(new Violation(problem));
    }
    return elected;
  }

  private withSmallSegments(changes: ChangeSet): ChangeSet {
    const segmentBytes = String(this.small.segmentBytes);
    return {
      ...changes,
      changes: changes.changes.map((change) => {
        const isSmall = change.kind === 'topic' && change.topic?.clusterId === this.small.clusterId;
        if (!isSmall || change.topic === null) return change;
        const configs = { ...change.topic.configs, 'segment.bytes': segmentBytes };
        return { ...change, topic: { ...change.topic, configs } };
      }),
    };
  }
}
