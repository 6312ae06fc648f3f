import type { NewBroker } from '@weir/metadata-store/port';
import { type Broker, startBroker } from '../broker.ts';
import type { Clock, Deps, Log, Random } from '../deps.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import type { PeerListener } from '../replication/replication.ts';
import { drawBounds, drawReplicaBounds } from './draw-bounds.ts';
import type { Bug, Faults } from './faults.ts';
import { clusterId, type SimulatedCell } from './simulated-cell.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { simulatedHost } from './simulated-network.ts';
import { simulatedWorkers } from './simulated-workers.ts';
import { WallClock } from './wall-clock.ts';
import type { World } from './world.ts';

export type Ending = 'killed' | 'power-cut' | 'stopped';

/** A broker's place in its cell. */
export interface Member {
  readonly brokerId: number;
  readonly host: string;
  /** Null: it is alone. */
  readonly peers: PeerListener | null;
  readonly cellBrokers: number;
  readonly rack?: string;
  /** Whether it keeps a picture of its cell, to show where the store is away at its start. */
  readonly keepsPicture?: boolean;
  /** In place of those that are drawn. */
  readonly bounds?: Partial<EngineBounds>;
}

/** The only broker of its cell. */
export const loneMember: Member = { brokerId: 1, host: simulatedHost, peers: null, cellBrokers: 1 };

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
  lastBootEpochMax: null,
  directoryMark: null,
  hasLostWrites: false,
  missingReplicas: [],
  peerHost: null,
  peerPort: null,
  rack: null,
  machine: null,
  programVersion: null,
};

/** What a timer comes late at least. */
const timerSlackMs = 0.001;

/** One broker, from life to life: its disk and its place in the cell outlast it. */
export class BrokerLives {
  readonly disk: SimulatedDisk;
  readonly wallClock: WallClock;
  private readonly world: World;
  private readonly cell: SimulatedCell;
  private readonly self: Member;
  private readonly bug: Bug | null;
  private readonly trace: Trace;
  /** Small ones, as a run is short. */
  private readonly bounds: Partial<EngineBounds>;
  private life: Life | null = null;
  /** Whether its present life, or the last one, has come to serve. */
  wasReady = false;

  constructor(cell: SimulatedCell, self: Member, faults: Faults, bug: Bug | null, trace: Trace) {
    const { world } = cell;
    this.world = world;
    this.cell = cell;
    this.self = self;
    this.bug = bug;
    this.trace = self.peers === null ? trace : (line) => trace(`${self.brokerId}: ${line}`);
    this.wallClock = new WallClock(world);
    this.disk = new SimulatedDisk(world, faults, bug, cell.happened);
    const replicaBounds = self.peers === null ? {} : drawReplicaBounds(world.random);
    this.bounds = { ...drawBounds(world.random), ...replicaBounds, ...self.bounds };
  }

  get brokerId(): number {
    return this.self.brokerId;
  }

  get host(): string {
    return this.self.host;
  }

  /** Whether it has started, and serves. */
  get isReady(): boolean {
    return this.life?.broker != null;
  }

  /** Begins a life, if there is none. */
  start(): void {
    if (this.life !== null) return;
    const life = { isAlive: true, broker: null as Broker | null };
    this.life = life;
    this.wasReady = false;
    this.trace('broker starts');
    startBroker(
      this.deps(() => life.isAlive),
      {
        brokerId: this.self.brokerId,
        listenHost: this.self.host,
        listenPort: 1,
        advertisedHost: this.self.host,
        advertisedPort: 1,
        peers: this.self.peers,
        cellBrokers: this.self.cellBrokers,
        rack: this.self.rack ?? null,
        durability: 'fsync',
        anonymousClusterId: clusterId,
        groupRebalanceDelayMs: 100,
        directoryPlace: this.self.host,
        ...(this.self.keepsPicture === true ? { cellName: 'simulated' } : {}),
        onReplaced: (problem) => this.trace(`broker is replaced: ${problem}`),
        fillReturnedFrames: true,
        bounds: this.bounds,
      },
    ).then(
      (broker) => {
        life.broker = broker;
        this.wasReady = true;
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
      if (name === 'weir_broker_tail_cache_dropped_total')
        this.cell.happened.add('tail cache eviction', value);
      if (name === 'weir_cluster_fetch_sessions_evicted_total')
        this.cell.happened.add('fetch session eviction', value);
      if (name === 'weir_broker_catch_ups_total') this.cell.happened.add('catch-up', value);
      if (name === 'weir_broker_catch_ups_ended_total') this.cell.happened.add('catch-up ended', value);
    }
  }

  /** Nothing that this life still has under way has any effect from now on. */
  private bury(life: Life, how: Ending): void {
    if (!life.isAlive) return;
    life.isAlive = false;
    if (life.broker !== null) this.count(life.broker);
    this.cell.usage.ended(this.self.brokerId);
    this.life = null;
    this.cell.network.kill(this.self.host);
    if (how === 'power-cut') this.disk.cutPower();
    else this.disk.kill();
  }

  private deps(isAlive: () => boolean): Deps {
    const { world } = this;
    return {
      clock: this.clock(isAlive),
      disk: this.disk.mount(isAlive),
      network: this.cell.network.mount(this.self.host, isAlive),
      peerNetwork: this.cell.network.mount(this.self.host, isAlive),
      metadata: this.cell.store.reachedFrom(this.self.host, isAlive),
      random: this.randomSource(),
      usage: this.cell.usage.sink(this.self.brokerId, isAlive),
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

  private whileAlive(isAlive: () => boolean, ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.after(ms, () => {
        if (isAlive()) resolve();
      });
    });
  }

  private countCompaction(fields: object = {}): void {
    const removed = 'recordsRemoved' in fields ? Number(fields.recordsRemoved) : 0;
    this.cell.happened.add('records compacted', removed);
  }

  private log(isAlive: () => boolean): Log {
    const write = (level: string) => (event: string, fields?: object, cause?: unknown) => {
      if (!isAlive()) return;
      if (event === 'log.compacted') this.countCompaction(fields);
      if (event === 'coordinator.snapshot') this.cell.happened.add('coordinator snapshot');
      if (event === 'usage.recounted') this.cell.happened.add('usage counted from the log');
      if (event === 'usage.recount.given-up') this.cell.usage.hasGivenUp = true;
      if (event === 'picture.shown') this.cell.happened.add('start without the store');
      const why = cause === undefined ? '' : ` ${cause instanceof Error ? cause.stack : String(cause)}`;
      this.trace(`${level} ${event} ${JSON.stringify(fields ?? {})}${why}`);
    };
    return { info: write('info'), warn: write('warn'), error: write('error') };
  }
}
