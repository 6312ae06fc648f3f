import type { Cell } from './cluster/cell.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import type { HeapGuard } from './memory/heap-guard.ts';
import type { Server } from './server/server.ts';

/** One figure of the broker, named and labelled as Prometheus has it. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Sources {
  readonly cell: Cell;
  readonly server: Server;
  readonly dispatcher: Dispatcher;
  readonly heapGuard: HeapGuard;
}

/** What an operator watches: who uses the broker's time and memory, and which limits are met. Clusters at zero are left out. */
export function* brokerSamples({ cell, server, dispatcher, heapGuard }: Sources): Generator<Sample> {
  const gauge = (name: string, help: string, value: number, labels = {}): Sample => ({
    name,
    help,
    kind: 'gauge',
    labels,
    value,
  });
  const counter = (name: string, help: string, value: number, labels = {}): Sample => ({
    ...gauge(name, help, value, labels),
    kind: 'counter',
  });
  yield gauge('weir_broker_connections', 'Open connections.', server.connectionCount);
  yield gauge('weir_broker_clusters', 'Logical clusters.', cell.clusters.size);
  yield gauge('weir_broker_heap_used_bytes', 'Left by the last major collection.', heapGuard.usedBytes);
  yield gauge('weir_broker_heap_limit_bytes', 'At which the process ends.', heapGuard.limitBytes);
  yield gauge('weir_broker_heap_is_high', '1 while growth is refused.', heapGuard.isHigh ? 1 : 0);
  const stretches = 'Requests that kept the event loop longer than any may.';
  yield counter('weir_broker_long_stretches_total', stretches, dispatcher.longStretches);
  for (const [kind, account] of Object.entries(cell.accounts)) {
    yield gauge('weir_broker_kept_bytes', 'Memory kept for clusters.', account.bytes, { kind });
  }
  for (const [clusterId, cluster] of cell.clusters) {
    const labels = { cluster: clusterId };
    const { spentMs } = cluster.flow;
    if (spentMs > 0)
      yield counter('weir_cluster_loop_seconds_total', 'Time on the event loop.', spentMs / 1_000, labels);
    if (cluster.keptBytes > 0)
      yield gauge('weir_cluster_kept_bytes', 'Memory kept for the cluster.', cluster.keptBytes, labels);
    for (const [limit, count] of cluster.reachedLimits.totals()) {
      const help = 'How often a limit slowed or refused something.';
      yield counter('weir_cluster_limit_reached_total', help, count, { ...labels, limit });
    }
  }
}
