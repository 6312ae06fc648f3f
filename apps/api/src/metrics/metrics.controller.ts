import { Controller, Inject, StreamableFile } from '@nestjs/common';
import {
  exportMetrics,
  listMetricDescriptors,
  type MetricsQuery,
  metricMeters,
  queryMetrics,
} from '@weir/contracts/metrics';
import type { ResponseOf } from '@weir/contracts/operation';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { notFound } from '../http/refused.ts';
import { UsageStore } from '../usage/usage.store.ts';
import type { Grain } from '../usage/usage-pieces.ts';
import { descriptors } from './descriptors.ts';
import { ExportMetrics } from './export-metrics.ts';
import { intervalOf, requireKept, requireTopicsIn, scopeOf } from './metrics.policy.ts';
import { type MetricsPoint, MetricsStore } from './metrics.store.ts';

const buckets: Readonly<Record<MetricsQuery['granularity'], Grain>> = {
  PT1M: 'minute',
  PT1H: 'hour',
  P1D: 'day',
};

/** Of Prometheus' text, by its number. */
const textFormat = 'version=0.0.4; charset=utf-8';

@Controller()
export class MetricsController {
  constructor(
    @Inject(MetricsStore) private readonly metrics: MetricsStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(UsageStore) private readonly usage: UsageStore,
    @Inject(ExportMetrics) private readonly exportMetrics: ExportMetrics,
  ) {}

  @Handles(listMetricDescriptors)
  list(): ResponseOf<typeof listMetricDescriptors> {
    return { data: descriptors };
  }

  @Handles(queryMetrics)
  async query(
    @TheCall(queryMetrics) call: Call,
    @Input(queryMetrics) { body }: InputOf<typeof queryMetrics>,
  ): Promise<ResponseOf<typeof queryMetrics>> {
    const scope = scopeOf(body.filter);
    requireTopicsIn(body, scope);
    const { clusterId, topic } = scope;
    const interval = intervalOf(body.intervals[0] ?? '');
    const [aggregation] = body.aggregations;
    const { organizationId } = call.caller;
    const cluster = await this.clusters.find(organizationId, clusterId);
    if (!cluster || !aggregation) throw notFound();
    requireAccess(call.caller, 'usage:read', clusterScope(cluster), 'cluster:read');
    const bucket = buckets[body.granularity];
    const points = await this.metrics.query({
      ...requireKept(interval, bucket, await this.usage.keptFrom()),
      clusterId: cluster.id,
      topic,
      meter: metricMeters[aggregation.metric],
      bucket,
      byTopic: body.group_by.includes('metric.topic'),
      byPrincipal: body.group_by.includes('metric.principal_id'),
      limit: body.limit,
    });
    return { data: points.map((point) => present(point, body)) };
  }

  @Handles(exportMetrics)
  async exportAll(
    @TheCall(exportMetrics) call: Call,
    @Input(exportMetrics) { query }: InputOf<typeof exportMetrics>,
  ): Promise<StreamableFile> {
    const text = await this.exportMetrics.run(call, query['resource.kafka.id']);
    return new StreamableFile(Buffer.from(text), { type: `${exportMetrics.contentType}; ${textFormat}` });
  }
}

/** The labels that were asked for stand beside time and value. */
const present = (point: MetricsPoint, { group_by }: MetricsQuery) => {
  const wanted = {
    'metric.topic': point.topic,
    'metric.principal_id': point.principal.replace(/^User:/, ''),
  };
  const grouped = Object.fromEntries(group_by.map((label) => [label, wanted[label]]));
  return { ...grouped, timestamp: point.bucket.toISOString(), value: Number(point.quantity) };
};
