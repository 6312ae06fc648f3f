import type { BrokerRecord } from '@weir/metadata-store/model';
import type { Identity } from './apis/handler.ts';
import type { BrokerLife } from './cluster/broker-life.ts';
import type { Cell } from './cluster/cell.ts';
import { LogDirectory } from './cluster/log-directory.ts';
import { SeenVersion } from './cluster/seen-version.ts';
import { ensureInternalTopic } from './coordinator/internal-topic.ts';
import type { Deps, Timer } from './deps.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { SaslDispatch } from './dispatch/sasl-dispatch.ts';
import { composeEngine, takeReachedLimits } from './engine.ts';
import type { EngineBounds } from './engine-bounds.ts';
import type { Durability } from './log/log-writer.ts';
import { Metering } from './metering/metering.ts';
import { brokerSamples, type Sample } from './metrics.ts';
import type { Partition } from './partition/partition.ts';
import type { PeerListener, Replication } from './replication/replication.ts';
import { Authenticator } from './security/authenticator.ts';
import { Server } from './server/server.ts';

export interface BrokerOptions {
  readonly brokerId: number;
  /** Where to listen. Port 0: the system chooses. */
  readonly listenHost: string;
  readonly listenPort: number;
  /** What clients are told to connect to; without a port, the one that is listened on. */
  readonly advertisedHost: string;
  readonly advertisedPort: number | null;
  readonly durability: Durability;
  /** Where the other brokers of its cell fetch from it; a broker without is alone in its cell. */
  readonly peers?: PeerListener | null;
  /** What clients are told as its rack (KIP-392). */
  readonly rack?: string | null;
  /** What fails with it, apart from brokers elsewhere. */
  readonly machine?: string | null;
  /** How many brokers a new cell waits for before it makes the topics of its own, so that these have replicas. */
  readonly cellBrokers?: number;
  /** Everyone is `User:ANONYMOUS` of this one cluster, and may do everything; null: clients authenticate. */
  readonly anonymousClusterId: string | null;
  /** Where its directory is, told apart from every copy by the lock on it; not known if left out. */
  readonly directoryPlace?: string | null;
  /** Which start of this machine's system it is: what was in memory alone is gone with the one before. */
  readonly machineBoot?: string | null;
  /** Go on with a metadata store that was set back. */
  readonly isOlderStoreAccepted?: boolean;
  /** Told, once, when another broker has taken this one's id: it leads nothing any more, and is to be stopped. */
  readonly onReplaced?: (problem: string) => void;
  readonly groupRebalanceDelayMs?: number;
  /** Where they differ from the limits. */
  readonly bounds?: Partial<EngineBounds>;
  /** Overwrite buffers when they go back to the pool, so that a stale view shows; for tests. */
  readonly fillReturnedFrames?: boolean;
}

export interface Broker {
  readonly port: number;
  readonly bootEpoch: number;
  /** Figures as they are now, for whoever watches. */
  samples(): Iterable<Sample>;
  /** Answers what was asked, writes what was accepted, reports what was used, and lets go. */
  stop(): Promise<void>;
}

const drainMs = 500;

/** Puts one broker together over its dependencies and starts it. */
export async function startBroker(world: Deps, options: BrokerOptions): Promise<Broker> {
  const engine = composeEngine(world, options);
  const { deps, pool, services, heapGuard, cache, bounds, life, replication, sharing } = engine;
  const { cell, groups, scheduler, brokerId } = services;
  const directory = await LogDirectory.open(deps, brokerId);
  const decoyKey = await persistentDecoyKey(deps);
  const findCredential = (keyId: string) => cell.findCredential(keyId);
  const server = new Server(deps, pool, scheduler, bounds);
  const port = await server.listen(options.listenHost, options.listenPort);
  const seenVersion = new SeenVersion(deps);
  const registered = await register(deps, options, directory, { life, replication, seenVersion, port });
  await ensureInternalTopic(deps, options.cellBrokers ?? 1);
  replication.begin();
  await cell.logSizes.load();
  await cell.start();
  sharing.start();
  seenVersion.start(() => cell.version);
  const metering = new Metering(deps, brokerId, registered.bootEpoch, () => takeReachedLimits(cell));
  const { clock, random, workers } = deps;
  const authenticator = new Authenticator({ clock, random, workers, decoyKey, findCredential });
  const anonymous = anonymousIdentity(cell, options.anonymousClusterId, metering);
  const dispatcher = new Dispatcher(services, new SaslDispatch(authenticator, cell, metering), anonymous);
  server.open(dispatcher);
  // Nobody waits for it: a shard that cannot be loaded says so, and is tried again when it is asked for.
  void groups.load();
  const retention = startRetention(deps, cell, bounds.retentionIntervalMs);
  const watched = { cell, server, dispatcher, scheduler, heapGuard, pool, cache, replication };
  deps.log.info('broker.ready', { brokerId, port, bootEpoch: registered.bootEpoch });
  return {
    port,
    bootEpoch: registered.bootEpoch,
    samples: () => brokerSamples(watched),
    async stop() {
      retention.cancel();
      heapGuard.stop();
      seenVersion.stop();
      await replication.retire();
      await server.close(drainMs);
      sharing.stop();
      groups.stop();
      await replication.stop();
      try {
        // What was accepted becomes durable now, and only then counts.
        if (await cell.stop()) await directory.synced();
        await cell.logSizes.write(cell.partitions());
        await replication.end();
        await seenVersion.write(cell.version);
      } finally {
        await metering.close();
        await life.end();
      }
      deps.log.info('broker.stopped', { brokerId });
    },
  };
}

/** Begins this life in the cell, with what the directory says of the ones before. */
async function register(
  deps: Deps,
  options: BrokerOptions,
  directory: LogDirectory,
  at: {
    readonly life: BrokerLife;
    readonly replication: Replication;
    readonly seenVersion: SeenVersion;
    /** Where it listens. */
    readonly port: number;
  },
): Promise<BrokerRecord> {
  const { brokerId, advertisedHost: host, advertisedPort, rack, machine } = options;
  await at.seenVersion.check(options.isOlderStoreAccepted ?? false);
  const peers = await at.replication.listen();
  const missingReplicas = await at.replication.missingReplicas();
  const directoryMark = await at.replication.directoryMark();
  const { id: directoryId, lastBootEpochMax } = directory;
  const machineBoot = options.machineBoot ?? null;
  const hasLostWrites = directory.hasLostWrites(machineBoot);
  await directory.registering();
  const registered = await at.life.begin(
    {
      brokerId,
      ...peers,
      rack: rack ?? null,
      machine: machine ?? null,
      host,
      port: advertisedPort ?? at.port,
      directoryId,
      directoryPlace: options.directoryPlace ?? null,
      lastBootEpochMax,
      directoryMark,
      hasLostWrites,
      missingReplicas,
    },
    (problem) => options.onReplaced?.(problem),
  );
  const { bootEpoch, isDirectoryLost } = registered;
  const seen = { directoryId, lastBootEpochMax, directoryMark, hasLostWrites };
  if (isDirectoryLost) deps.log.error('broker.directory.lost', { brokerId, bootEpoch, ...seen });
  await directory.registered(bootEpoch, options.durability === 'os' ? machineBoot : null);
  return registered;
}

function anonymousIdentity(
  cell: Cell,
  clusterId: string | null,
  metering: Metering,
): (() => Identity) | null {
  if (clusterId === null) return null;
  const principal = 'User:ANONYMOUS';
  return () => {
    const cluster = cell.clusters.get(clusterId);
    if (cluster === undefined) throw new Error(`the cluster ${clusterId} is missing from the metadata store`);
    return { cluster, principal, meter: metering.principal(clusterId, principal) };
  };
}

/** Kept on disk: an unknown key's made-up salt must not change with a restart, or it would tell. */
async function persistentDecoyKey(deps: Deps): Promise<Buffer> {
  const known = await deps.disk.readWhole('decoy-key');
  if (known !== null && known.length === 32) return known;
  const fresh = deps.random.bytes(32);
  await deps.disk.makeDir('');
  await deps.disk.replace('decoy-key', fresh);
  await deps.disk.syncDir('');
  return fresh;
}

function startRetention(deps: Deps, cell: Cell, intervalMs: number): Timer {
  const state: { timer: Timer | null; stopped: boolean } = { timer: null, stopped: false };
  const round = async () => {
    for (const cluster of [...cell.clusters.values()]) {
      for (const topic of [...cluster.topicsById.values()]) {
        for (const partition of [...topic.hosted.values()]) await tidyPartition(deps, partition);
      }
      cluster.countStoredBytes();
    }
    await cell.logSizes.write(cell.partitions());
  };
  const schedule = () => {
    if (state.stopped) return;
    state.timer = deps.clock.after(intervalMs, () => {
      round().then(schedule, (cause: unknown) => {
        deps.log.error('retention.failed', {}, cause);
        schedule();
      });
    });
  };
  schedule();
  return {
    cancel() {
      state.stopped = true;
      state.timer?.cancel();
    },
  };
}

/** Also of logs that nobody has asked for since the start: they are opened, one at a time. */
async function tidyPartition(deps: Deps, partition: Partition): Promise<void> {
  if (!partition.isLeader) return;
  try {
    await partition.open();
    await partition.tidy();
  } catch (cause) {
    deps.log.error('retention.partition.failed', { dir: partition.dir }, cause);
  }
}
