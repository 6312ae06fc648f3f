import { Controller, Inject } from '@nestjs/common';
import {
  listMetricDescriptors,
  type MetricDescriptors,
  type MetricsQuery,
  metricMeters,
  queryMetrics,
} from '@weir/contracts/metrics';
import type { ResponseOf } from '@weir/contracts/operation';
import { ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { intervalOf, scopeOf } from './metrics.policy.ts';
import { type MetricsPoint, MetricsStore } from './metrics.store.ts';

const bucketMs: Readonly<Record<MetricsQuery['granularity'], number>> = {
  PT1M: 60_000,
  PT1H: 3_600_000,
  P1D: 86_400_000,
};

const labels = [
  { key: 'metric.topic', description: 'The topic.' },
  { key: 'metric.principal_id', description: 'Who did it: a person or a service account.' },
];
const describe = (name: keyof typeof metricMeters, unit: 'By' | '1', description: string) =>
  ({ name, description, type: 'COUNTER_INT64', unit, labels }) as const;

const descriptors: MetricDescriptors['data'] = [
  describe('io.weir.kafka.server/received_bytes', 'By', 'Bytes of records that producers sent.'),
  describe('io.weir.kafka.server/sent_bytes', 'By', 'Bytes of records that consumers were sent.'),
  describe('io.weir.kafka.server/received_records', '1', 'Records that producers sent.'),
  describe('io.weir.kafka.server/sent_records', '1', 'Records that consumers were sent.'),
  describe('io.weir.kafka.server/request_count', '1', 'Requests of Kafka clients.'),
];

@Controller()
export class MetricsController {
  constructor(
    @Inject(MetricsStore) private readonly metrics: MetricsStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
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
    const { clusterId, topic } = scopeOf(body.filter);
    const interval = intervalOf(body.intervals[0] ?? '');
    const [aggregation] = body.aggregations;
    const { organizationId } = call.caller;
    const cluster = mayAdminister(call.caller) ? await this.clusters.find(organizationId, clusterId) : null;
    if (!cluster || !aggregation) throw notFound();
    const points = await this.metrics.query({
      ...interval,
      clusterId: cluster.id,
      topic,
      meter: metricMeters[aggregation.metric],
      bucketMs: bucketMs[body.granularity],
      byTopic: body.group_by.includes('metric.topic'),
      byPrincipal: body.group_by.includes('metric.principal_id'),
      limit: body.limit,
    });
    return { data: points.map((point) => present(point, body)) };
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
