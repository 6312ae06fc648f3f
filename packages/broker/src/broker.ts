import type { BrokerRecord } from '@weir/metadata-store/model';
import { StoreError } from '@weir/metadata-store/port';
import type { Cell } from './cluster/cell.ts';
import { Doors } from './cluster/door.ts';
import { LogDirectory } from './cluster/log-directory.ts';
import { type MissingReplica, tellMissing } from './cluster/missing-replicas.ts';
import { PictureFile } from './cluster/picture-file.ts';
import { PictureKeeper } from './cluster/picture-keeper.ts';
import { SeenVersion } from './cluster/seen-version.ts';
import { removeOldStrays } from './cluster/stray-directories.ts';
import { cellClusterId, ensureInternalTopics } from './coordinator/internal-topic.ts';
import type { CountedRow, Deps, Timer } from './deps.ts';
import { composeEngine, type Engine } from './engine.ts';
import type { EngineBounds } from './engine-bounds.ts';
import { openFront, persistentDecoyKey } from './front.ts';
import { storeRetryMs } from './kept-limits.ts';
import type { Durability } from './log/log-writer.ts';
import { Recount } from './metering/recount.ts';
import { StorageMeter } from './metering/storage-meter.ts';
import { brokerSamples } from './metrics.ts';
import type { Sample } from './metrics-sample.ts';
import { Compactions } from './partition/compactions.ts';
import type { Partition } from './partition/partition.ts';
import type { PeerListener } from './replication/replication.ts';
import { drainMs, Server } from './server/server.ts';
import { whenStoreAnswers } from './when-store-answers.ts';

export interface BrokerOptions {
  readonly brokerId: number;
  /** Where to listen. Port 0: the system chooses. */
  readonly listenHost: string;
  readonly listenPort: number;
  /** What clients are told to connect to; without a port, the one that is listened on. */
  readonly advertisedHost: string;
  readonly advertisedPort: number | null;
  /** Under which each cluster has names of its own, which clients tell by TLS; null: none has. */
  readonly clientDomain?: string | null;
  readonly durability: Durability;
  /** Where the other brokers of its cell fetch from it; a broker without is alone in its cell. */
  readonly peers?: PeerListener | null;
  /** What clients are told as its rack (KIP-392). */
  readonly rack?: string | null;
  /** Which program this is, told to the cell's store. */
  readonly programVersion?: string | null;
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
  /**
   * How the cell is called in this broker's settings. With it a picture of the cell is kept beside the logs, which the
   * broker shows where it starts and the store does not answer.
   */
  readonly cellName?: string;
  /** Told where the start waits for the store. */
  readonly onWaiting?: (waiting: WaitingBroker) => void;
  readonly groupRebalanceDelayMs?: number;
  /** Where they differ from the limits. */
  readonly bounds?: Partial<EngineBounds>;
  /** Overwrite buffers when they go back to the pool, so that a stale view shows; for tests. */
  readonly fillReturnedFrames?: boolean;
}

/** A broker that waits for its cell's store, and meanwhile shows what it knew, if it knows anything. */
export interface WaitingBroker {
  samples(): Iterable<Sample>;
  /** Lets go; the start ends with StartEnded. */
  stop(): Promise<void>;
}

export interface Broker {
  readonly port: number;
  readonly bootEpoch: number;
  /** Figures as they are now, for whoever watches. */
  samples(): Iterable<Sample>;
  /** Answers what was asked, writes what was accepted, reports what was used, and lets go. */
  stop(): Promise<void>;
}

/**
 * Puts one broker together over its dependencies and starts it. Waits where the cell's store does not answer, also when
 * that ends in the middle of it; rejects for every other reason, and then leaves nothing behind.
 */
export async function startBroker(world: Deps, options: BrokerOptions): Promise<Broker> {
  for (;;) {
    await whenStoreAnswers(world, options);
    try {
      return await startWithStore(world, options);
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause;
      world.log.warn('broker.start.interrupted', { brokerId: options.brokerId }, cause);
      await new Promise<void>((resolve) => world.clock.after(storeRetryMs, resolve));
    }
  }
}

async function startWithStore(world: Deps, options: BrokerOptions): Promise<Broker> {
  const engine = composeEngine(world, options);
  const { deps, pool, services, bounds } = engine;
  const doors = new Doors(options.brokerId, options.clientDomain ?? null);
  const server = new Server(deps, pool, services.scheduler, bounds, doors);
  try {
    const directory = await LogDirectory.open(deps, options.brokerId);
    const decoyKey = await persistentDecoyKey(deps);
    const port = await server.listen(options.listenHost, options.listenPort);
    const seenVersion = new SeenVersion(deps);
    const { registered, missing } = await register(engine, options, directory, { seenVersion, port });
    await ensureInternalTopics(deps, options.cellBrokers ?? 1);
    engine.replication.begin();
    await services.cell.logSizes.load();
    await services.cell.start();
    tellMissing(deps.log, services.cell, missing);
    const { bootEpoch } = registered;
    const countedBefore = await deps.usage.countedBefore();
    const started = { server, port, bootEpoch, directory, decoyKey, seenVersion, countedBefore };
    return serve(engine, options, started);
  } catch (cause) {
    await abandon(engine, server);
    throw cause;
  }
}

/** A start that failed leaves nothing behind: no lease that is renewed, no port, no file. */
async function abandon({ heapGuard, replication, services, life, deps }: Engine, server: Server) {
  heapGuard.stop();
  replication.giveUp();
  try {
    await server.close(0);
    await replication.stop();
    await services.cell.stop();
  } catch (cause) {
    // Why it could not start is told by whoever called this.
    deps.log.warn('broker.start.not-cleared', {}, cause);
  }
  await life.end();
}

interface Started {
  readonly server: Server;
  readonly port: number;
  readonly bootEpoch: number;
  readonly directory: LogDirectory;
  readonly decoyKey: Buffer;
  readonly seenVersion: SeenVersion;
  readonly countedBefore: readonly CountedRow[];
}

function serve(engine: Engine, options: BrokerOptions, started: Started): Broker {
  const { deps, pool, services, heapGuard, cache, bounds, life, replication, sharing } = engine;
  const { highWatermarks, spentSharing } = engine;
  const { cell, groups, transactions, scheduler, brokerId } = services;
  const { server, port, bootEpoch, directory, decoyKey, seenVersion, countedBefore } = started;
  const { anonymousClusterId, cellName } = options;
  for (const shared of [sharing, spentSharing]) shared.start();
  // Before the picture is read there are no partitions, and none would be written down.
  highWatermarks.start();
  seenVersion.start(() => cell.version);
  const pictures =
    cellName === undefined ? null : new PictureKeeper(deps, cell, new PictureFile(deps, cellName));
  pictures?.start();
  const { dispatcher, metering } = openFront(engine, { brokerId, bootEpoch, anonymousClusterId, decoyKey });
  services.written.begin(bootEpoch, countedBefore);
  const recount = new Recount(deps, cell, pool, services.written, metering);
  recount.start();
  const storage = new StorageMeter(deps, cell, metering);
  storage.start();
  server.open(dispatcher);
  // Nobody waits for it: a shard that cannot be loaded says so, and is tried again when it is asked for.
  void groups.load().then(() => transactions.shards.load());
  const retention = startRetention(deps, cell, bounds.retentionIntervalMs);
  const compactions = new Compactions(deps, () => partitionsByCluster(cell));
  compactions.start(bounds.compactionIntervalMs);
  const front = { server, dispatcher, metering };
  const watched = { cell, ...front, scheduler, heapGuard, pool, cache, replication, isReady: true };
  deps.log.info('broker.ready', { brokerId, port, bootEpoch });
  return {
    port,
    bootEpoch,
    samples: () => brokerSamples(watched),
    async stop() {
      retention.cancel();
      await compactions.stop();
      heapGuard.stop();
      seenVersion.stop();
      await replication.retire();
      await server.close(drainMs);
      await recount.stop();
      await storage.stop();
      for (const shared of [sharing, spentSharing]) shared.stop();
      groups.stop();
      transactions.shards.stop();
      await replication.stop();
      try {
        // What was accepted becomes durable now, and only then counts.
        if (await cell.stop()) await directory.synced();
        await cell.logSizes.write(cell.partitions());
        await replication.end();
        await seenVersion.write(cell.version);
        await pictures?.stop();
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
  { deps, life, replication }: Engine,
  options: BrokerOptions,
  directory: LogDirectory,
  at: {
    readonly seenVersion: SeenVersion;
    /** Where it listens. */
    readonly port: number;
  },
): Promise<{ readonly registered: BrokerRecord; readonly missing: readonly MissingReplica[] }> {
  const { brokerId, advertisedHost: host, advertisedPort, rack, machine } = options;
  await at.seenVersion.check(options.isOlderStoreAccepted ?? false);
  const peers = await replication.listen();
  const missing = await replication.missingReplicas();
  const directoryMark = await replication.directoryMark();
  const { id: directoryId, lastBootEpochMax } = directory;
  const machineBoot = options.machineBoot ?? null;
  const hasLostWrites = directory.hasLostWrites(machineBoot);
  await directory.registering();
  const registered = await life.begin(
    {
      brokerId,
      ...peers,
      rack: rack ?? null,
      machine: machine ?? null,
      programVersion: options.programVersion ?? null,
      host,
      port: advertisedPort ?? at.port,
      directoryId,
      directoryPlace: options.directoryPlace ?? null,
      lastBootEpochMax,
      directoryMark,
      hasLostWrites,
      missingReplicas: missing.map(({ topicId, partition }) => ({ topicId, partition })),
    },
    (problem) => options.onReplaced?.(problem),
  );
  const { bootEpoch, isDirectoryLost } = registered;
  const seen = { directoryId, lastBootEpochMax, directoryMark, hasLostWrites };
  if (isDirectoryLost) deps.log.error('broker.directory.lost', { brokerId, bootEpoch, ...seen });
  await directory.registered(bootEpoch, options.durability === 'os' ? machineBoot : null);
  return { registered, missing };
}

/** Of tenants: the logs of coordinators carry their own snapshots, and are dropped before them. */
function* partitionsByCluster({ clusters }: Cell): Generator<Iterable<Partition>> {
  for (const { id, topicsById } of clusters.values()) {
    if (id === cellClusterId) continue;
    yield [...topicsById.values()].flatMap((topic) => [...topic.hosted.values()]);
  }
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
    await cell.removals.again();
    await removeOldStrays(deps);
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
  try {
    await partition.replica.tidy();
    if (!partition.isLeader) return;
    await partition.open();
    await partition.tidy();
  } catch (cause) {
    deps.log.error('retention.partition.failed', { dir: partition.dir }, cause);
  }
}
