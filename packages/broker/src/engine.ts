import { allowEverything } from '@weir/metadata-store/acl-index';
import type { Services } from './apis/handler.ts';
import type { BrokerOptions } from './broker.ts';
import { BrokerLife } from './cluster/broker-life.ts';
import { Cell } from './cluster/cell.ts';
import { LimitSharing } from './cluster/limit-sharing.ts';
import { MemoryPressure } from './cluster/memory-pressure.ts';
import { SpentSharing } from './cluster/spent-sharing.ts';
import { Groups } from './coordinator/groups.ts';
import { Transactions } from './coordinator/transactions.ts';
import type { Deps, ReachedRow } from './deps.ts';
import { type EngineBounds, engineBounds } from './engine-bounds.ts';
import { shareWorkers } from './fair-workers.ts';
import { groupRebalanceDelayMs, reachedRowsMax, topicChangesAtOnceMax } from './limits.ts';
import { boundDisk } from './log/bounded-disk.ts';
import { TailCache } from './log/tail-cache.ts';
import { FairQueue } from './memory/fair-queue.ts';
import { FramePool } from './memory/frame-pool.ts';
import { HeapGuard } from './memory/heap-guard.ts';
import { WrittenTerms } from './metering/written-terms.ts';
import { HighWatermarks } from './partition/high-watermarks.ts';
import { LastHeard } from './partition/last-heard.ts';
import { PartitionChanges } from './partition/partition-changes.ts';
import { ProducerIds } from './partition/producer-ids.ts';
import type { TransactionVerifier } from './partition/transaction-verifier.ts';
import { Vacating } from './partition/vacating.ts';
import type { TransactionAnswerer } from './replication/call-session.ts';
import { Replication } from './replication/replication.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { limitedLog } from './server/limited-log.ts';

/** The rooms of one broker, put together: all that it is but its connections. */
export interface Engine {
  readonly deps: Deps;
  readonly pool: FramePool;
  readonly services: Services;
  readonly heapGuard: HeapGuard;
  readonly cache: TailCache;
  readonly bounds: EngineBounds;
  readonly life: BrokerLife;
  readonly replication: Replication;
  readonly sharing: LimitSharing;
  readonly spentSharing: SpentSharing;
  readonly highWatermarks: HighWatermarks;
}

/**
 * Disk and worker threads come in bounded and shared out by cluster; nothing behind this sees them otherwise.
 * `isUnregistered`: the broker never registers, and only shows what it knows.
 */
export function composeEngine(world: Deps, options: BrokerOptions, isUnregistered = false): Engine {
  const bounds = { ...engineBounds, ...options.bounds };
  const deps: Deps = {
    ...world,
    disk: boundDisk(world.disk, world.log, bounds, world.clock),
    workers: shareWorkers(world.workers),
  };
  const pool = new FramePool(bounds.framePoolBytesMax, options.fillReturnedFrames);
  const cache = new TailCache(bounds.tailCacheBytesMax);
  const { brokerId, durability } = options;
  const authorizer = options.anonymousClusterId === null ? null : allowEverything;
  const producerIds = new ProducerIds(deps.metadata, deps.clock);
  const life = new BrokerLife(deps);
  const highWatermarks = new HighWatermarks(deps, () => cell.partitions());
  const changes = new PartitionChanges({
    deps,
    life: () => life.id,
    partitions: () => cell.partitions(),
    mayJoin: (joining) => cell.isLive(joining.brokerId, joining.bootEpoch),
    pictureIsOld: () => cell.followSoon(),
  });
  const followers = new LastHeard();
  const replicas = { highWatermarks, changes, followers, leaders: new LastHeard() };
  const vacating = new Vacating(deps.log);
  const own = { deps, brokerId, pool, cache, bounds, producerIds, life, vacating, isUnregistered };
  const verifier: TransactionVerifier = { verify: (write, adds) => transactions.verify(write, adds) };
  const environment = { ...own, ...replicas, transactions: verifier };
  const cell = new Cell(environment, { durability, authorizer });
  const answerer: TransactionAnswerer = {
    verifyHere: (write, adds) => transactions.verifyHere(write, adds),
    endHere: (ends, isWanted) => transactions.endHere(ends, isWanted),
  };
  const ofCell = { deps, pool, brokerId, cell, life, bounds, answerer };
  const replication = new Replication({ ...ofCell, ...replicas, listener: options.peers ?? null });
  const { groups, transactions } = composeCoordinators(cell, replication, options, bounds);
  const sharing = new LimitSharing({
    deps,
    life: () => life.id,
    hasOthers: () => cell.dividers > 1,
    clusters: () => cell.clusters,
    groupCount: (clusterId) => groups.groupCount(clusterId),
  });
  cell.sharing = sharing;
  const { budgets } = cell;
  const brokers = () => cell.dividers;
  const spentSharing = new SpentSharing({ deps, life: () => life.id, brokers, budgets });
  const heapGuard = composeHeapGuard(deps, cell, cache);
  const scheduler = new Scheduler(deps.clock, limitedLog(deps.log, deps.clock));
  const storeTurns = new FairQueue({ runningMax: topicChangesAtOnceMax });
  // What handlers say of a request is caused by its sender, as often as he likes.
  const ofRequests = { ...deps, log: limitedLog(deps.log, deps.clock) };
  const written = new WrittenTerms();
  const coordinators = { groups, transactions };
  const shared = { deps: ofRequests, brokerId, cell, ...coordinators };
  const services = { ...shared, producerIds, scheduler, storeTurns, written };
  const limits = { sharing, spentSharing };
  return { deps, pool, heapGuard, services, cache, bounds, life, replication, ...limits, highWatermarks };
}

/** What this broker coordinates, which follows who leads the partitions that it lies in. */
function composeCoordinators(cell: Cell, peers: Replication, options: BrokerOptions, bounds: EngineBounds) {
  const { coordinatorSnapshotDistanceBytes: snapshotDistanceBytes } = bounds;
  const rebalanceDelayMs = options.groupRebalanceDelayMs ?? groupRebalanceDelayMs;
  const groups = new Groups(cell, { rebalanceDelayMs, snapshotDistanceBytes });
  const transactions = new Transactions(cell, groups, peers, { snapshotDistanceBytes });
  cell.onTopicDeleted = () => groups.topicDeleted();
  for (const shards of [groups, transactions.shards]) {
    cell.onPartition((partition) => shards.partitionChanged(partition));
    cell.onPartitionGone((partition) => shards.partitionGone(partition));
  }
  return { groups, transactions };
}

function composeHeapGuard(deps: Deps, cell: Cell, cache: TailCache): HeapGuard {
  const pressure = new MemoryPressure(cell, cache);
  return new HeapGuard(deps.heap, deps.log, {
    high: (isCritical) => pressure.begin(isCritical),
    low: () => pressure.end(),
  });
}

/** The limits that the cell's clusters met since this was last asked; where they are too many, some of them later. */
export function takeReachedLimits(cell: Cell): ReachedRow[] {
  const rows: ReachedRow[] = [];
  for (const [clusterId, { reachedLimits }] of cell.clusters) {
    if (rows.length > reachedRowsMax) break;
    for (const reached of reachedLimits.take()) rows.push({ clusterId, ...reached });
  }
  return rows;
}
