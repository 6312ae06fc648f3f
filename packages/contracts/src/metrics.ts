import { z } from 'zod';
import { Timestamp } from './envelope.ts';
import type { Meter } from './meters.ts';
import { defineOperation } from './operation.ts';
import { filterText } from './plain-text.ts';

/** The metrics that can be asked for, and the meter that each is made of. */
export const metricMeters = {
  'io.weir.kafka.server/received_bytes': 'bytes_in',
  'io.weir.kafka.server/sent_bytes': 'bytes_out',
  'io.weir.kafka.server/received_records': 'records_in',
  'io.weir.kafka.server/sent_records': 'records_out',
  'io.weir.kafka.server/request_count': 'requests',
} as const satisfies Readonly<Record<string, Meter>>;

export type MetricName = keyof typeof metricMeters;

const names = z.enum([
  'io.weir.kafka.server/received_bytes',
  'io.weir.kafka.server/sent_bytes',
  'io.weir.kafka.server/received_records',
  'io.weir.kafka.server/sent_records',
  'io.weir.kafka.server/request_count',
]);

const clusterFilter = z.object({
  field: z.literal('resource.kafka.id'),
  op: z.literal('EQ'),
  value: filterText.min(1),
});
const topicFilter = z.object({ field: z.literal('metric.topic'), op: z.literal('EQ'), value: filterText });

export const MetricsQuery = z
  .object({
    aggregations: z.array(z.object({ metric: names, agg: z.literal('SUM').default('SUM') })).length(1),
    filter: z.union([
      clusterFilter,
      z.object({
        op: z.literal('AND'),
        filters: z
          .array(z.union([clusterFilter, topicFilter]))
          .min(1)
          .max(5),
      }),
    ]),
    granularity: z.enum(['PT1M', 'PT1H', 'P1D']).default('PT1H'),
    group_by: z
      .array(z.enum(['metric.topic', 'metric.principal_id']))
      .max(2)
      .default([]),
    intervals: z
      .array(z.string().max(100))
      .length(1)
      .describe('ISO 8601: `<start>/<end>` or `<start>/<duration>`; the end is not in it.'),
    limit: z.int().min(1).max(1_000).default(100),
  })
  .meta({ id: 'MetricsQuery' });
export type MetricsQuery = z.output<typeof MetricsQuery>;

export const MetricsReply = z
  .object({
    data: z.array(
      z.object({ timestamp: Timestamp, value: z.int() }).catchall(z.union([z.string(), z.int()])),
    ),
  })
  .meta({ id: 'MetricsReply' });
export type MetricsReply = z.infer<typeof MetricsReply>;

export const MetricDescriptors = z
  .object({
    data: z.array(
      z.object({
        name: names,
        description: z.string(),
        type: z.literal('COUNTER_INT64'),
        unit: z.enum(['By', '1']),
        labels: z.array(z.object({ key: z.string(), description: z.string() })),
      }),
    ),
  })
  .meta({ id: 'MetricDescriptors' });
export type MetricDescriptors = z.infer<typeof MetricDescriptors>;

const common = { tag: 'Usage', access: 'cloud', errors: 'cloud', status: 200 } as const;

export const listMetricDescriptors = defineOperation({
  ...common,
  id: 'listMetricDescriptors',
  method: 'GET',
  path: '/v2/metrics/cloud/descriptors/metrics',
  summary: 'The metrics that can be queried.',
  response: MetricDescriptors,
});

export const queryMetrics = defineOperation({
  ...common,
  id: 'queryMetrics',
  method: 'POST',
  path: '/v2/metrics/cloud/query',
  summary: 'One metric of one cluster over time, by topic or principal if you like.',
  body: MetricsQuery,
  response: MetricsReply,
});

/** Clusters that one scrape names. */
export const exportedClustersMax = 25;

export const exportMetrics = defineOperation({
  ...common,
  id: 'exportMetrics',
  method: 'GET',
  path: '/v2/metrics/cloud/export',
  summary:
    'Every metric of the last whole minute by cluster and topic, as Prometheus scrapes it: once a minute is enough.',
  query: z.object({
    'resource.kafka.id': z
      .union([filterText.min(1), z.array(filterText.min(1)).min(1).max(exportedClustersMax)])
      .transform((given) => [...new Set([given].flat())])
      .describe(`The cluster, or several: repeat it, up to ${exportedClustersMax} times.`),
  }),
  contentType: 'text/plain',
  response: z.string(),
});
