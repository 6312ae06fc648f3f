import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore, NewBroker } from '@weir/metadata-store/port';
import type { Bug, Faults } from './faults.ts';
import { Happened } from './happened.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedStore } from './simulated-store.ts';
import { UsageLedger } from './usage-ledger.ts';
import { epochMs } from './wall-clock.ts';
import type { World } from './world.ts';

export const clusterId = 'lkc-sim';

/** Configurations of the topic, drawn from the seed. */
export type Configs = Readonly<Record<string, string>>;

const unlimited = Number.MAX_SAFE_INTEGER;

/** What the brokers of a run share, and what outlasts each of them: network, store, and what reaches whoever bills. */
export class SimulatedCell {
  readonly world: World;
  readonly network: SimulatedNetwork;
  /** As the cell agrees on it; brokers reach it through `store`. */
  readonly metadata: MetadataStore;
  readonly store: SimulatedStore;
  readonly usage: UsageLedger;
  readonly happened = new Happened();

  constructor(world: World, faults: Faults, bug: Bug | null) {
    this.world = world;
    this.network = new SimulatedNetwork(world, faults, bug);
    this.usage = new UsageLedger(world, bug);
    const segmentBytes = world.random.pick([5_000, 50_000, 1 << 30]);
    const random = world.random.fork();
    this.metadata = createMemoryMetadataStore({
      // The store's own clock, which nobody sets.
      now: () => epochMs + world.now,
      randomBytes: (length) => random.bytes(length),
    });
    this.store = new SimulatedStore(world, this.metadata, this.network, { clusterId, segmentBytes }, bug);
  }

  /** A cluster with a topic, which can only be placed on brokers that are known. */
  async prepare(
    topic: string,
    partitionCount: number,
    configs: Configs,
    brokers: readonly NewBroker[],
  ): Promise<void> {
    const { metadata } = this;
    await metadata.applyCluster({
      id: clusterId,
      limits: {
        ingressBytesPerSecMax: unlimited,
        egressBytesPerSecMax: unlimited,
        requestsPerSecMax: unlimited,
        connectionsMax: 1_000,
        partitionsMax: 100,
        groupsMax: 100,
        aclsMax: 0,
        messageBytesMax: 1 << 20,
        storedBytesMax: unlimited,
      },
      autoCreateTopics: false,
      intentVersion: 1,
    });
    for (const broker of brokers) await metadata.registerBroker(broker);
    await this.addTopic(topic, partitionCount, configs, brokers.length);
  }

  async addTopic(name: string, partitionCount: number, configs: Configs, brokerCount: number): Promise<void> {
    const created = await this.metadata.createTopic({
      clusterId,
      name,
      partitionCount,
      replicationFactor: Math.min(brokerCount, 3),
      configs,
      validateOnly: false,
    });
    if (!created.ok) throw new Error(created.message);
  }
}
