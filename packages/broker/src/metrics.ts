import { sharedLimits } from '@weir/metadata-store/limit-rules';
import type { Cell } from './cluster/cell.ts';
import type { LogicalCluster } from './cluster/logical-cluster.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import { kafkaSamples } from './kafka-samples.ts';
import type { TailCache } from './log/tail-cache.ts';
import type { FramePool } from './memory/frame-pool.ts';
import type { HeapGuard } from './memory/heap-guard.ts';
import type { Metering } from './metering/metering.ts';
import { type PartitionCounts, type Sample, sample } from './metrics-sample.ts';
import { minInsyncReplicasOf } from './partition/partition-settings.ts';
import type { Replication } from './replication/replication.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { Server } from './server/server.ts';

interface Sources {
  readonly cell: Cell;
  readonly server: Server;
  readonly dispatcher: Dispatcher;
  readonly metering: Metering;
  readonly scheduler: Scheduler;
  readonly heapGuard: HeapGuard;
  readonly pool: FramePool;
  readonly cache: TailCache;
  readonly replication: Pick<Replication, 'catchUpFigures'>;
  /** Whether it has registered, and takes what clients send. */
  readonly isReady: boolean;
}

const gauge = sample.bind(null, 'gauge');
const counter = sample.bind(null, 'counter');

const ready = (isReady: boolean) =>
  gauge('weir_broker_is_ready', '0 while the broker waits for the store of its cell.', isReady ? 1 : 0);

/** Of a broker that waits, and has nothing to show. */
export function* notReadySamples(): Generator<Sample> {
  yield ready(false);
}

/** What an operator watches: who uses the broker's time and memory, and which limits are met. Clusters at zero are left out. */
export function* brokerSamples(sources: Sources): Generator<Sample> {
  const partitions = partitionCounts(sources.cell);
  yield* ofProcess(sources);
  yield* ofPartitions(sources, partitions);
  yield* latencies(sources.dispatcher);
  yield* kafkaSamples({ ...sources, partitions });
  for (const [clusterId, cluster] of sources.cell.clusters) yield* ofCluster(cluster, { cluster: clusterId });
}

function* ofProcess(sources: Sources): Generator<Sample> {
  const { cell, server, dispatcher, scheduler, heapGuard, pool, cache, isReady } = sources;
  yield ready(isReady);
  yield gauge('weir_broker_connections', 'Open connections.', server.connectionCount);
  yield gauge('weir_broker_clusters', 'Logical clusters.', cell.clusters.size);
  yield gauge('weir_broker_heap_used_bytes', 'Left by the last major collection.', heapGuard.usedBytes);
  yield gauge('weir_broker_heap_limit_bytes', 'At which the process ends.', heapGuard.limitBytes);
  yield gauge('weir_broker_heap_is_high', '1 while growth is refused.', heapGuard.isHigh ? 1 : 0);
  const stretches = 'Requests that kept the event loop longer than any may.';
  yield counter('weir_broker_long_stretches_total', stretches, dispatcher.longStretches);
  const turns = 'Turns on the event loop, with what followed from them, that were longer than any may be.';
  yield counter('weir_broker_long_turns_total', turns, scheduler.longTurns);
  yield gauge('weir_broker_frame_bytes', 'Buffers of requests and batches in use.', pool.bytesTaken);
  yield gauge('weir_broker_tail_cache_bytes', 'Batches kept for consumers that keep up.', cache.bytes);
  const dropped = 'Batches that went from the tail cache to make room.';
  yield counter('weir_broker_tail_cache_dropped_total', dropped, cache.dropped);
  for (const [kind, account] of Object.entries(cell.accounts)) {
    yield gauge('weir_broker_kept_bytes', 'Memory kept for clusters.', account.bytes, { kind });
  }
  for (const [whose, { inFlight, unfinished }] of Object.entries({
    clusters: server.memory.clusters,
    strangers: server.memory.strangers,
  })) {
    const help = 'Requests that are not answered, and parts of requests.';
    yield gauge('weir_broker_request_bytes', help, inFlight.bytes, { whose, kind: 'inFlight' });
    yield gauge('weir_broker_request_bytes', help, unfinished.bytes, { whose, kind: 'unfinished' });
  }
}

function* ofPartitions({ cell, replication }: Sources, counts: PartitionCounts): Generator<Sample> {
  yield gauge('weir_broker_partitions_led', 'Partitions that this broker leads.', counts.all);
  yield gauge('weir_broker_partitions_held', 'Partitions of which it has a replica.', counts.held);
  const under = 'Of those it leads: fewer replicas are in sync than there are.';
  yield gauge('weir_broker_partitions_under_replicated', under, counts.underReplicated);
  const below = 'Of those it leads: too few are in sync to commit anything.';
  yield gauge('weir_broker_partitions_below_min_isr', below, counts.belowMinimum);
  const moving = 'Of those it leads: replicas are on their way to other brokers.';
  yield gauge('weir_broker_partitions_reassigning', moving, counts.reassigning);
  yield gauge('weir_broker_brokers_alive', 'Brokers that the cell counts on.', cell.liveBrokers().length);
  const { replicas, begun, ended, bytesRead } = replication.catchUpFigures;
  const behind = 'Replicas of this broker that are behind what their leaders have in memory.';
  yield gauge('weir_broker_replicas_catching_up', behind, replicas);
  yield counter(
    'weir_broker_catch_ups_total',
    'How often a replica of this broker was so far behind.',
    begun,
  );
  yield counter('weir_broker_catch_ups_ended_total', 'How often one was no more.', ended);
  const read = 'Read from disk for replicas of others that are not in sync.';
  yield counter('weir_broker_catch_up_read_bytes_total', read, bytesRead);
}

function* ofCluster(cluster: LogicalCluster, labels: { readonly cluster: string }): Generator<Sample> {
  const { spentMs } = cluster.flow;
  if (spentMs > 0)
    yield counter('weir_cluster_loop_seconds_total', 'Time on the event loop.', spentMs / 1_000, labels);
  for (const [kind, bytes] of Object.entries(cluster.keptBytesByKind)) {
    if (bytes > 0)
      yield gauge('weir_cluster_kept_bytes', 'Memory kept for the cluster.', bytes, { ...labels, kind });
  }
  const { evicted } = cluster.fetchSessions;
  if (evicted > 0)
    yield counter('weir_cluster_fetch_sessions_evicted_total', 'Sessions that made room.', evicted, labels);
  for (const limit of sharedLimits) {
    const help = 'What this broker may use of a limit, while it is not an even share.';
    if (cluster.shares.isUneven(limit))
      yield gauge('weir_cluster_limit_share', help, cluster.shares.of(limit), { ...labels, limit });
  }
  for (const [limit, count] of cluster.reachedLimits.totals()) {
    const help = 'How often a limit slowed or refused something.';
    yield counter('weir_cluster_limit_reached_total', help, count, { ...labels, limit });
  }
}

/** A histogram of each API that anybody has asked, in seconds. */
function* latencies({ figures }: Dispatcher): Generator<Sample> {
  const family = 'weir_broker_request_duration_seconds';
  const help = 'From a request that is there whole to its encoded answer, with all that it waited for.';
  const part = (suffix: string, value: number, labels: Sample['labels']): Sample => ({
    ...sample('histogram', `${family}_${suffix}`, help, value, labels),
    family,
  });
  for (const each of figures.all()) {
    const { api, count, msTotal } = each;
    for (const { boundMs, count: within } of each.cumulative())
      yield part('bucket', within, { api, le: String(boundMs / 1_000) });
    yield part('bucket', count, { api, le: '+Inf' });
    yield part('sum', msTotal / 1_000, { api });
    yield part('count', count, { api });
  }
}

function partitionCounts(cell: Cell): PartitionCounts {
  const counts = { all: 0, held: 0, underReplicated: 0, belowMinimum: 0, reassigning: 0 };
  for (const { isLeader, record, settings } of cell.partitions()) {
    counts.held += 1;
    if (!isLeader) continue;
    counts.all += 1;
    if (record.isr.length < record.replicas.length) counts.underReplicated += 1;
    if (record.isr.length < minInsyncReplicasOf(settings, record)) counts.belowMinimum += 1;
    if (record.reassignment !== null) counts.reassigning += 1;
  }
  return counts;
}
