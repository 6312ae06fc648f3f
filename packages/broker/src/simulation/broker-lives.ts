import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { ChangeSet, MetadataStore, NewBroker } from '@weir/metadata-store/port';
import { type Broker, startBroker } from '../broker.ts';
import type { Clock, Deps, Log, Random } from '../deps.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import { drawBounds } from './draw-bounds.ts';
import type { Bug, Faults } from './faults.ts';
import { Happened } from './happened.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedNetwork, simulatedHost } from './simulated-network.ts';
import { simulatedWorkers } from './simulated-workers.ts';
import { UsageLedger } from './usage-ledger.ts';
import { WallClock } from './wall-clock.ts';
import type { World } from './world.ts';

export const clusterId = 'lkc-sim';

/** Configurations of the topic, drawn from the seed. */
export type Configs = Readonly<Record<string, string>>;

export type Ending = 'killed' | 'power-cut' | 'stopped';

interface Life {
  isAlive: boolean;
  broker: Broker | null;
}

/** A line for whoever looks into a failed run. */
export type Trace = (line: string) => void;

/** So that topics can be placed before its first life; each life is the successor of the one before. */
export const simulatedBroker: NewBroker = {
  brokerId: 1,
  host: 'simulated',
  port: 1,
  directoryId: 'c2ltdWxhdGVkIGxvZ3MuLi',
  directoryPlace: 'simulated',
  peerHost: null,
  peerPort: null,
  rack: null,
  machine: null,
};

/** What a timer comes late at least. */
const timerSlackMs = 0.001;

const unlimited = Number.MAX_SAFE_INTEGER;

/** One broker, from life to life: its disk, its place in the network and its metadata outlast it. */
export class BrokerLives {
  readonly disk: SimulatedDisk;
  readonly network: SimulatedNetwork;
  readonly metadata: MetadataStore;
  readonly usage: UsageLedger;
  readonly happened = new Happened();
  readonly wallClock: WallClock;
  private readonly world: World;
  private readonly bug: Bug | null;
  private readonly trace: Trace;
  /** Small ones, as a run is short. */
  private readonly bounds: Partial<EngineBounds>;
  private readonly segmentBytes: number;
  private life: Life | null = null;

  constructor(world: World, faults: Faults, bug: Bug | null, trace: Trace) {
    this.world = world;
    this.bug = bug;
    this.trace = trace;
    this.wallClock = new WallClock(world);
    this.usage = new UsageLedger(world, bug);
    this.disk = new SimulatedDisk(world, faults, bug, this.happened);
    this.network = new SimulatedNetwork(world, faults, bug);
    this.bounds = drawBounds(world.random);
    this.segmentBytes = world.random.pick([5_000, 50_000, 1 << 30]);
    const random = world.random.fork();
    this.metadata = createMemoryMetadataStore({
      now: () => this.wallClock.now(),
      randomBytes: (length) => random.bytes(length),
    });
  }

  async prepare(topic: string, partitionCount: number, configs: Configs): Promise<void> {
    await this.metadata.applyCluster({
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
    // The topic can only be placed on a broker that is known.
    await this.metadata.registerBroker(simulatedBroker);
    const created = await this.metadata.createTopic({
      clusterId,
      name: topic,
      partitionCount,
      replicationFactor: 1,
      configs,
      validateOnly: false,
    });
    if (!created.ok) throw new Error(created.message);
  }

  /** Begins a life, if there is none. */
  start(): void {
    if (this.life !== null) return;
    const life = { isAlive: true, broker: null as Broker | null };
    this.life = life;
    this.trace('broker starts');
    startBroker(
      this.deps(() => life.isAlive),
      {
        brokerId: 1,
        listenHost: 'simulated',
        listenPort: 1,
        advertisedHost: 'simulated',
        advertisedPort: 1,
        durability: 'fsync',
        anonymousClusterId: clusterId,
        groupRebalanceDelayMs: 100,
        directoryPlace: simulatedBroker.directoryPlace,
        fillReturnedFrames: true,
        bounds: this.bounds,
      },
    ).then(
      (broker) => {
        life.broker = broker;
        this.trace('broker is ready');
      },
      (cause: unknown) => {
        // A disk that refuses may keep a broker from starting; whoever watches over it tries again.
        this.trace(`broker cannot start: ${String(cause)}`);
        if (life.isAlive) this.end('killed');
      },
    );
  }

  /** Whether there is a life, which may only just have begun. */
  get isThere(): boolean {
    return this.life !== null;
  }

  end(how: Ending): void {
    const { life } = this;
    if (life === null) return;
    this.trace(`broker is ${how}`);
    if (how === 'stopped' && life.broker !== null) {
      void life.broker.stop().then(
        () => this.bury(life, 'killed'),
        () => this.bury(life, 'killed'),
      );
      return;
    }
    this.bury(life, how);
  }

  /** What only the broker's own figures tell. */
  private count(broker: Broker): void {
    for (const { name, value } of broker.samples()) {
      if (name === 'weir_broker_tail_cache_dropped_total') this.happened.add('tail cache eviction', value);
      if (name === 'weir_cluster_fetch_sessions_evicted_total')
        this.happened.add('fetch session eviction', value);
    }
  }

  /** Nothing that this life still has under way has any effect from now on. */
  private bury(life: Life, how: Ending): void {
    if (!life.isAlive) return;
    life.isAlive = false;
    if (life.broker !== null) this.count(life.broker);
    this.usage.ended();
    this.life = null;
    this.network.kill(simulatedHost);
    if (how === 'power-cut') this.disk.cutPower();
    else this.disk.kill();
  }

  private deps(isAlive: () => boolean): Deps {
    const { world } = this;
    return {
      clock: this.clock(isAlive),
      disk: this.disk.mount(isAlive),
      network: this.network.mount(simulatedHost, isAlive),
      metadata: this.metadataOf(isAlive),
      random: this.randomSource(),
      usage: this.usage.sink(isAlive),
      log: this.log(isAlive),
      heap: { onCollected: () => () => undefined },
      workers: simulatedWorkers((ms) => this.whileAlive(isAlive, ms), world),
    };
  }

  private clock(isAlive: () => boolean): Clock {
    const { world } = this;
    const bornAt = world.now;
    return {
      now: () => this.wallClock.now(),
      monotonicMs: () => world.now - bornAt,
      workedMs: () => world.now - bornAt,
      after: (ms, call) => {
        const timer = { isOn: true };
        // Never too early by what a sum of fractions loses: who asks again for that rest would ask for ever.
        world.after(ms > 0 ? ms + timerSlackMs : 0, () => {
          if (timer.isOn && isAlive()) call();
        });
        return {
          cancel: () => {
            timer.isOn = false;
          },
        };
      },
      soon: (call) =>
        world.after(0, () => {
          if (isAlive()) call();
        }),
      settled: (call) =>
        world.after(0, () => {
          if (isAlive()) call();
        }),
    };
  }

  private randomSource(): Random {
    const random = this.world.random.fork();
    if (this.bug === 'random-repeats') return { bytes: (length) => Buffer.alloc(length, 7), below: () => 0 };
    return {
      bytes: (length) => random.bytes(length),
      below: (bound) => random.integer(0, bound - 1),
    };
  }

  /** The store of the cell, a moment away; it does not share the broker's fate. */
  private metadataOf(isAlive: () => boolean): MetadataStore {
    const { world, metadata, bug } = this;
    const far = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.whileAlive(isAlive, world.delay(0.1, 10));
      const answer = await call();
      await this.whileAlive(isAlive, world.delay(0.1, 10));
      return answer;
    };
    const isRepeating = bug === 'producer-ids-repeat';
    return {
      changesSince: (version) =>
        far(async () => this.withSmallSegments(await metadata.changesSince(version))),
      watch: (onChange) => metadata.watch(() => isAlive() && onChange()),
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
      alterPartitions: (id, changes) => far(() => metadata.alterPartitions(id, changes)),
      electLeaders: (id) => far(() => metadata.electLeaders(id)),
      unfenceBroker: (id) => far(() => metadata.unfenceBroker(id)),
      cellSecret: () => far(() => metadata.cellSecret()),
      registerBroker: (broker) => far(() => metadata.registerBroker(broker)),
      renewLease: (id) => far(() => metadata.renewLease(id)),
      endLease: (id) => far(() => metadata.endLease(id)),
      allocateProducerIds: (count) =>
        far(async () => (isRepeating ? { first: 0, count: 1 } : metadata.allocateProducerIds(count))),
      close: async () => undefined,
    };
  }

  /** The store takes no segment.bytes so small; what it has from before it said so may be. */
  private withSmallSegments(changes: ChangeSet): ChangeSet {
    const segmentBytes = String(this.segmentBytes);
    return {
      ...changes,
      changes: changes.changes.map((change) => {
        if (change.kind !== 'topic' || change.topic === null || change.topic.clusterId !== clusterId)
          return change;
        const configs = { ...change.topic.configs, 'segment.bytes': segmentBytes };
        return { ...change, topic: { ...change.topic, configs } };
      }),
    };
  }

  private whileAlive(isAlive: () => boolean, ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.after(ms, () => {
        if (isAlive()) resolve();
      });
    });
  }

  private log(isAlive: () => boolean): Log {
    const write = (level: string) => (event: string, fields?: object, cause?: unknown) => {
      if (!isAlive()) return;
      if (event === 'coordinator.snapshot') this.happened.add('coordinator snapshot');
      const why = cause === undefined ? '' : ` ${cause instanceof Error ? cause.stack : String(cause)}`;
      this.trace(`${level} ${event} ${JSON.stringify(fields ?? {})}${why}`);
    };
    return { info: write('info'), warn: write('warn'), error: write('error') };
  }
}
