import { allowEverything } from '@weir/metadata-store/acl-index';
import type { Identity, Services } from './apis/handler.ts';
import { Cell } from './cluster/cell.ts';
import { Groups } from './coordinator/groups.ts';
import { ensureInternalTopic } from './coordinator/internal-topic.ts';
import type { Deps, Timer } from './deps.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { SaslDispatch } from './dispatch/sasl-dispatch.ts';
import { framePoolBytesMax, groupRebalanceDelayMs, tailCacheBytesMax } from './limits.ts';
import type { Durability } from './log/log-writer.ts';
import { TailCache } from './log/tail-cache.ts';
import { FramePool } from './memory/frame-pool.ts';
import { Metering } from './metering/metering.ts';
import type { Partition } from './partition/partition.ts';
import { ProducerIds } from './partition/producer-ids.ts';
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
  /** Everyone is `User:ANONYMOUS` of this one cluster, and may do everything; null: clients authenticate. */
  readonly anonymousClusterId: string | null;
  readonly groupRebalanceDelayMs?: number;
  /** After how many bytes the group coordinator writes its state anew; for tests. */
  readonly groupSnapshotDistanceBytes?: number;
  /** Overwrite buffers when they go back to the pool, so that a stale view shows; for tests. */
  readonly fillReturnedFrames?: boolean;
}

export interface Broker {
  readonly port: number;
  readonly bootEpoch: number;
  /** Answers what was asked, writes what was accepted, reports what was used, and lets go. */
  stop(): Promise<void>;
}

const retentionIntervalMs = 60_000;
const drainMs = 500;

/** Puts one broker together over its dependencies and starts it. */
export async function startBroker(deps: Deps, options: BrokerOptions): Promise<Broker> {
  const pool = new FramePool(framePoolBytesMax, options.fillReturnedFrames);
  const cache = new TailCache(tailCacheBytesMax);
  const { brokerId, durability } = options;
  const authorizer = options.anonymousClusterId === null ? null : allowEverything;
  const cell = new Cell({ deps, brokerId, pool, cache }, { durability, authorizer });
  const groups = new Groups(cell, {
    rebalanceDelayMs: options.groupRebalanceDelayMs ?? groupRebalanceDelayMs,
    snapshotDistanceBytes: options.groupSnapshotDistanceBytes,
  });
  cell.onTopicDeleted = () => groups.topicDeleted();
  const services: Services = { deps, brokerId, cell, groups, producerIds: new ProducerIds(deps.metadata) };
  const decoyKey = await persistentDecoyKey(deps);
  const findCredential = (keyId: string) => cell.findCredential(keyId);
  const server = new Server(deps, pool);
  const port = await server.listen(options.listenHost, options.listenPort);
  const registered = await deps.metadata.registerBroker({
    brokerId,
    host: options.advertisedHost,
    port: options.advertisedPort ?? port,
  });
  await ensureInternalTopic(deps.metadata);
  await cell.start();
  const metering = new Metering(deps, brokerId, registered.bootEpoch);
  const { clock, random } = deps;
  const authenticator = new Authenticator({ clock, random, decoyKey, findCredential });
  const anonymous = anonymousIdentity(cell, options.anonymousClusterId, metering);
  const sasl = new SaslDispatch(authenticator, cell, metering);
  server.open(new Dispatcher(services, sasl, anonymous));
  const retention = startRetention(deps, cell);
  // Nobody waits for it: a shard that cannot be loaded says so, and is tried again when it is asked for.
  void groups.load();
  deps.log.info('broker.ready', { brokerId, port, bootEpoch: registered.bootEpoch });
  return {
    port,
    bootEpoch: registered.bootEpoch,
    async stop() {
      retention.cancel();
      await server.close(drainMs);
      groups.stop();
      try {
        // What was accepted becomes durable now, and only then counts.
        await cell.stop();
      } finally {
        await metering.close();
      }
      deps.log.info('broker.stopped', { brokerId });
    },
  };
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
  return fresh;
}

function startRetention(deps: Deps, cell: Cell): Timer {
  const state: { timer: Timer | null; stopped: boolean } = { timer: null, stopped: false };
  const round = async () => {
    for (const cluster of [...cell.clusters.values()]) {
      for (const topic of [...cluster.topicsById.values()]) {
        for (const partition of topic.partitions) await tidyPartition(deps, partition);
      }
      cluster.countStoredBytes();
    }
  };
  const schedule = () => {
    if (state.stopped) return;
    state.timer = deps.clock.after(retentionIntervalMs, () => {
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
