import { z } from 'zod';
import { Moment, Timestamp } from './envelope.ts';
import { ClusterId } from './ids.ts';
import { Meter } from './meters.ts';
import { defineOperation } from './operation.ts';

export const UsageGranularity = z.enum(['PT10S', 'PT1M', 'PT1H']);
export type UsageGranularity = z.infer<typeof UsageGranularity>;

export const granularityMs: Readonly<Record<UsageGranularity, number>> = {
  PT10S: 10_000,
  PT1M: 60_000,
  PT1H: 3_600_000,
};

/** As far as a breakdown adds up. */
export const breakdownDaysMax = 93;
/** More points than any chart shows; a longer interval needs a coarser granularity. */
export const usagePointsMax = 1_000;

export const UsagePoint = z.object({
  start: Timestamp,
  bytes_in: z.int(),
  bytes_out: z.int(),
  records_in: z.int(),
  records_out: z.int(),
  requests: z.int(),
  connections_peak: z.int(),
});
export type UsagePoint = z.infer<typeof UsagePoint>;

export const UsageSeries = z
  .object({
    cluster_id: ClusterId,
    granularity: UsageGranularity,
    from: Timestamp,
    to: Timestamp,
    complete_until: Timestamp.nullable().describe('Up to here brokers have reported; later points may grow.'),
    points: z.array(UsagePoint).describe('One a bucket, without gaps, oldest first.'),
  })
  .meta({ id: 'UsageSeries' });
export type UsageSeries = z.infer<typeof UsageSeries>;

/** What a breakdown tells apart. What no key was used for is in none of its parts. */
export const BreakdownBy = z.enum(['topic', 'principal', 'key']);
export type BreakdownBy = z.infer<typeof BreakdownBy>;

/** What adds up over time. */
export const SummedMeter = Meter.exclude(['connections_peak']);
export type SummedMeter = z.infer<typeof SummedMeter>;

export const UsageBreakdown = z
  .object({
    cluster_id: ClusterId,
    from: Timestamp.describe('Whole minutes; whole hours or days where usage is not kept any finer.'),
    to: Timestamp,
    by: BreakdownBy,
    data: z
      .array(z.object({ name: z.string(), meter: Meter, quantity: z.int() }))
      .describe('The largest quantities first, 500 at most.'),
  })
  .meta({ id: 'UsageBreakdown' });
export type UsageBreakdown = z.infer<typeof UsageBreakdown>;

const common = { tag: 'Usage', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: ClusterId });
const moment = Moment.optional();

export const getUsageSeries = defineOperation({
  ...common,
  id: 'getUsageSeries',
  method: 'GET',
  path: '/usage/v1/clusters/{id}/series',
  summary: 'What a cluster used over time.',
  params,
  query: z.object({
    granularity: UsageGranularity.default('PT10S'),
    from: moment.describe('Without it, 90 buckets before `to`.'),
    to: moment.describe('Without it, now.'),
  }),
  status: 200,
  response: UsageSeries,
});

export const getUsageBreakdown = defineOperation({
  ...common,
  id: 'getUsageBreakdown',
  method: 'GET',
  path: '/usage/v1/clusters/{id}/breakdown',
  summary: 'What each topic, principal or API key of a cluster used in an interval.',
  params,
  query: z.object({
    by: BreakdownBy.default('topic'),
    meter: z
      .union([SummedMeter, z.array(SummedMeter).max(SummedMeter.options.length)])
      .default([])
      .transform((given) => [...new Set([given].flat())])
      .describe('Only this one; repeat it for several. Without it, all of them.'),
    from: moment.describe('Without it, an hour before `to`.'),
    to: moment.describe('Without it, now.'),
  }),
  status: 200,
  response: UsageBreakdown,
});
