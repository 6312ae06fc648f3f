import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { invalid, notFound } from '../http/refused.ts';
import { CLOCK } from '../platform/tokens.ts';
import { descriptors } from './descriptors.ts';
import { MetricsStore } from './metrics.store.ts';
import { prometheusText } from './prometheus-text.ts';

const minuteMs = 60_000;
/** Brokers report every ten seconds; after this time all that are well have reported the minute. */
const reportedAfterMs = 30_000;
/** Of one answer. */
const seriesMax = 20_000;

/** The last minute that all brokers have reported, of some clusters, for a Prometheus that scrapes it. */
@Injectable()
export class ExportMetrics {
  constructor(
    @Inject(MetricsStore) private readonly metrics: MetricsStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ caller }: Call, clusterIds: readonly string[]): Promise<string> {
    for (const id of clusterIds) {
      const cluster = await this.clusters.find(caller.organizationId, id);
      if (!cluster) throw notFound();
      requireAccess(caller, 'usage:read', clusterScope(cluster), 'cluster:read');
    }
    const endMs = Math.floor((this.clock.now() - reportedAfterMs) / minuteMs) * minuteMs;
    const sums = await this.metrics.minute(clusterIds, new Date(endMs - minuteMs), seriesMax + 1);
    if (sums.length > seriesMax) {
      throw invalid(`These clusters have more than ${seriesMax} series. Name fewer of them at a time.`);
    }
    return prometheusText(descriptors, sums, endMs);
  }
}
