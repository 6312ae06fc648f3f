import { type ChangeSet, type MetadataStore, StoreError } from '@weir/metadata-store/port';
import type { Bug } from './faults.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import type { World } from './world.ts';

/** Where the store is in the network, so that it can be cut off. */
export const storeHost = 'store';

/** What a driver waits for an answer before it gives up. */
const patienceMs = 1_500;

/** A topic whose segments are smaller than a store takes; what it has from before it said so may be. */
interface SmallSegments {
  readonly clusterId: string;
  readonly segmentBytes: number;
}

/** The store of the cell, a moment away from its brokers. It shares nobody's fate; its answers may be lost. */
export class SimulatedStore {
  /** Of the mutations, the share whose answer is lost: it was done, or will be, or never is. */
  lostAnswerRate = 0;
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
    const isCut = () => this.network.isCut(host, storeHost) || this.network.isCut(storeHost, host);
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
      if (fate === 'late') world.after(world.delay(10, 3_000), () => void call().catch(() => undefined));
      return away();
    };
    const isRepeating = this.bug === 'producer-ids-repeat';
    return {
      changesSince: (version) =>
        far(async () => this.withSmallSegments(await metadata.changesSince(version))),
      watch: (onChange) => metadata.watch(() => isAlive() && !isCut() && onChange()),
      applyCluster: (cluster) => far(() => metadata.applyCluster(cluster)),
      removeCluster: (id) => far(() => metadata.removeCluster(id)),
      findCluster: (id) => far(() => metadata.findCluster(id)),
      applyCredential: (credential) => far(() => metadata.applyCredential(credential)),
      removeCredential: (keyId) => far(() => metadata.removeCredential(keyId)),
      findCredential: (keyId) => far(() => metadata.findCredential(keyId)),
      applyAcl: (binding) => far(() => metadata.applyAcl(binding)),
      removeAcl: (binding) => far(() => metadata.removeAcl(binding)),
      createTopic: (topic) => far(() => metadata.createTopic(topic)),
      deleteTopic: (id, topicId) => far(() => metadata.deleteTopic(id, topicId)),
      findTopic: (id, name) => far(() => metadata.findTopic(id, name)),
      alterPartitions: (id, changes) => mutation(() => metadata.alterPartitions(id, changes)),
      electLeaders: (id) => mutation(() => metadata.electLeaders(id)),
      registerBroker: (broker) => far(() => metadata.registerBroker(broker)),
      unfenceBroker: (id) => mutation(() => metadata.unfenceBroker(id)),
      renewLease: (id) => far(() => metadata.renewLease(id)),
      retireBroker: (id) => mutation(() => metadata.retireBroker(id)),
      endLease: (id) => far(() => metadata.endLease(id)),
      allocateProducerIds: (count) =>
        far(async () => (isRepeating ? { first: 0, count: 1 } : metadata.allocateProducerIds(count))),
      cellSecret: () => far(() => metadata.cellSecret()),
      close: async () => undefined,
    };
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
