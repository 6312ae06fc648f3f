import { z } from 'zod';
import { clusterKinds } from './cluster-kinds.ts';
import { ListMetadata, Moment, PageQuery, Timestamp } from './envelope.ts';
import { defineOperation } from './operation.ts';
import { filterText } from './plain-text.ts';

/** What may have a price. Bytes are those of records; times are in whole seconds. */
export const PricedMeter = z.enum([
  'bytes_in',
  'bytes_out',
  'stored_byte_seconds',
  'partition_seconds',
  'cluster_seconds',
  'unit_seconds',
]);
export type PricedMeter = z.infer<typeof PricedMeter>;

/** Text, since a number of JSON is a float to many who read it. */
export const Amount = z
  .string()
  .regex(/^-?\d+\.\d{6}$/)
  .describe('An exact amount of money in the currency beside it, with six decimals.')
  .meta({ example: '12.345678' });
export const Currency = z.enum(['USD']);
/** `12.50`. */
export const Percent = z.string().regex(/^\d{1,3}\.\d\d$/);
const Quantity = z
  .string()
  .regex(/^\d+$/)
  .describe('A whole number in the unit of the meter.')
  .meta({ example: '5368709120' });

export const CostGranularity = z
  .enum(['PT1H', 'P1D', 'P1M', 'TOTAL'])
  .describe('By the hour, day or month of UTC, or all of the time together, which may be any whole hours.');
export type CostGranularity = z.infer<typeof CostGranularity>;

/** How far a question about costs may reach, in days, by its granularity. */
export const costDaysMax: Readonly<Record<CostGranularity, number>> = {
  PT1H: 31,
  P1D: 93,
  P1M: 366,
  TOTAL: 366,
};

export const CostDimension = z.enum(['cluster', 'environment', 'principal', 'api_key', 'topic', 'meter']);
export type CostDimension = z.infer<typeof CostDimension>;

export const CostOrder = z
  .enum(['TIME', 'AMOUNT'])
  .describe('TIME: the earliest first, and in each time by name. AMOUNT: the dearest first.');
export type CostOrder = z.infer<typeof CostOrder>;

export const Cost = z
  .object({
    start: Timestamp,
    end: Timestamp.describe('Exclusive.'),
    cluster: z.string().optional(),
    environment: z.string().optional(),
    principal: z
      .string()
      .optional()
      .describe('A person or a service account; empty: of the cluster itself, or nobody is known.'),
    api_key: z.string().optional().describe('The id of a key; empty: without one, or none is known.'),
    topic: z.string().optional().describe('Empty: what is not counted by topic.'),
    meter: PricedMeter.optional(),
    quantity: Quantity.optional().describe('Only where it is asked by meter: others do not add up.'),
    amount: Amount,
  })
  .meta({ id: 'Cost' });
export type Cost = z.infer<typeof Cost>;

export const CostList = z
  .object({
    api_version: z.literal('billing/v1'),
    kind: z.literal('CostList'),
    metadata: ListMetadata,
    currency: Currency,
    total_amount: Amount.describe('Of all that was asked for, over all pages. The rows sum exactly to it.'),
    data: z.array(Cost),
  })
  .meta({ id: 'CostList' });
export type CostList = z.infer<typeof CostList>;

const common = { tag: 'Billing', access: 'cloud', errors: 'cloud', method: 'GET', status: 200 } as const;

const groupsMax = 2;

export const listCosts = defineOperation({
  ...common,
  id: 'listCosts',
  path: '/billing/v1/costs',
  summary:
    'What your organization’s usage costs over time: by cluster, environment, principal, topic or meter.',
  query: PageQuery.extend({
    granularity: CostGranularity.default('P1D'),
    from: Moment.optional().describe(
      'Without it, the beginning of the month. Rounded down to a whole hour, day or month of UTC; for a total to an hour.',
    ),
    to: Moment.optional().describe('Exclusive; without it, now. Rounded up likewise.'),
    group_by: z
      .union([CostDimension, z.array(CostDimension).max(groupsMax)])
      .default([])
      .transform((given) => [...new Set([given].flat())])
      .describe(`One dimension, or ${groupsMax}: repeat it.`),
    cluster: filterText.optional().describe('Only this cluster.'),
    environment: filterText.optional().describe('Only clusters of this environment.'),
    principal: filterText
      .optional()
      .describe(
        'Only this person or service account. A service account that may not see costs may ask for its own.',
      ),
    api_key: filterText.optional().describe('Only what was done by this key.'),
    topic: filterText.optional().describe('Only topics of this name.'),
    meter: PricedMeter.optional(),
    order_by: CostOrder.default('TIME'),
  }),
  response: CostList,
});

export const CostForecast = z
  .object({
    amount: Amount.describe(
      'For the whole month: what it has cost, and for what is left of it the mean of the hours looked back at.',
    ),
    low_amount: Amount.describe('As if the rest of the month were like the cheapest day looked back at.'),
    high_amount: Amount.describe('As if it were like the dearest.'),
    hours_seen: z
      .int()
      .nonnegative()
      .describe(
        'How many whole hours it looks back at, 168 at most. Below 48 hours stand for days; 0: nothing is known.',
      ),
  })
  .meta({ id: 'CostForecast' });

export const MonthToDate = z
  .object({
    api_version: z.literal('billing/v1'),
    kind: z.literal('MonthToDate'),
    start: Timestamp,
    end: Timestamp.describe('When the month ends; exclusive.'),
    as_of: Timestamp.describe('Usage of the last minutes may be missing, and comes later.'),
    currency: Currency,
    price_book: z
      .string()
      .describe('The version by which the month is rated. It does not change within the month.'),
    amount: Amount,
    forecast: CostForecast,
    last_month: z
      .object({
        start: Timestamp,
        amount: Amount,
        forecast: z
          .object({ as_of: Timestamp, amount: Amount, low_amount: Amount, high_amount: Amount })
          .nullable()
          .describe(
            'What was expected of it when the same day of it began, which tells how good forecasts are. Null: there were less than two days to look back at.',
          ),
      })
      .describe('All of the month before, by its own prices.'),
    payment: z
      .enum(['OFF', 'ON'])
      .describe('OFF: this installation takes no payments. What things cost is counted all the same.'),
  })
  .meta({ id: 'MonthToDate' });
export type MonthToDate = z.infer<typeof MonthToDate>;

export const getMonthToDate = defineOperation({
  ...common,
  id: 'getMonthToDate',
  path: '/billing/v1/month-to-date',
  summary: 'What the running month has cost so far, and what all of it will have cost.',
  response: MonthToDate,
});

export const PriceOfMeter = z
  .object({
    cluster_kind: z.enum(clusterKinds),
    meter: PricedMeter,
    per: z.string().describe('What the prices are for.').meta({ example: 'GiB' }),
    per_quantity: Quantity.describe('The same in the meter’s unit: bytes, or seconds of something.'),
    included_per_cluster: z
      .int()
      .nonnegative()
      .describe('Partitions that each cluster has for nothing; others: 0.'),
    tiers: z.array(
      z.object({
        up_to: Quantity.nullable().describe(
          'In the meter’s unit, by month, over your clusters of that kind in a region; null: all that is left.',
        ),
        amount: Amount,
      }),
    ),
  })
  .meta({ id: 'PriceOfMeter' });
export type PriceOfMeter = z.infer<typeof PriceOfMeter>;

export const PriceBook = z
  .object({
    api_version: z.literal('billing/v1'),
    kind: z.literal('PriceBook'),
    version: z.string(),
    effective_from: Timestamp.describe('Months that begin then or later are rated by it.'),
    currency: Currency,
    discount_percent: Percent.nullable().describe(
      'By how much your organization pays less than these prices. Null: it is for who sees what is paid.',
    ),
    prices: z.array(PriceOfMeter),
    regions: z
      .array(z.object({ region: z.string(), percent: z.string() }))
      .describe('Where it costs more or less: in percent of the prices. Others: 100.'),
  })
  .meta({ id: 'PriceBook' });
export type PriceBook = z.infer<typeof PriceBook>;

export const getPriceBook = defineOperation({
  ...common,
  id: 'getPriceBook',
  path: '/billing/v1/price-book',
  summary: 'What everything costs in the running month, before discounts.',
  response: PriceBook,
});
