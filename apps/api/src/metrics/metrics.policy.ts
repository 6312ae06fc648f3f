import { momentMsMax, momentMsMin } from '@weir/contracts/envelope';
import { isOfTopics } from '@weir/contracts/meters';
import { type MetricsQuery, metricMeters } from '@weir/contracts/metrics';
import { invalid } from '../http/refused.ts';
import { answerable, type Grain, type KeptFrom } from '../usage/usage-pieces.ts';

export interface MetricsScope {
  readonly clusterId: string;
  /** Only this topic; undefined: all of them. */
  readonly topic: string | undefined;
}

export interface MetricsInterval {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

/** Which cluster and topic a filter means. Refuses one that names no cluster, or two. Pure. */
export const scopeOf = (filter: MetricsQuery['filter']): MetricsScope => {
  const parts = filter.op === 'AND' ? filter.filters : [filter];
  const clusters = parts.filter((part) => part.field === 'resource.kafka.id');
  const topics = parts.filter((part) => part.field === 'metric.topic');
  const [cluster] = clusters;
  if (!cluster || clusters.length > 1 || topics.length > 1) {
    throw invalid(
      'A filter names exactly one cluster by resource.kafka.id, and at most one metric.topic.',
      '/filter',
    );
  }
  return { clusterId: cluster.value, topic: topics[0]?.value };
};

/** Refuses to look for topics in what is not counted by topic: the answer would be that there is nothing. Pure. */
export const requireTopicsIn = (
  { aggregations, group_by }: Pick<MetricsQuery, 'aggregations' | 'group_by'>,
  { topic }: MetricsScope,
): void => {
  const metric = aggregations.find((each) => !isOfTopics(metricMeters[each.metric]))?.metric;
  if (metric === undefined) return;
  const where = group_by.includes('metric.topic') ? '/group_by' : topic === undefined ? null : '/filter';
  if (where !== null) throw invalid(`${metric} is not counted by topic. Leave metric.topic out.`, where);
};

const dayMs = 86_400_000;
/** As far back as anyone may look at once. */
const intervalMsMax = 31 * dayMs;
const durationForm = /^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$/;

/** ISO 8601, `<start>/<end>` or `<start>/<duration>`. Refuses anything else, years that no store holds, and more than 31 days. Pure. */
export const intervalOf = (text: string): MetricsInterval => {
  const [start = '', end = ''] = text.split('/');
  const fromMs = Date.parse(start);
  const toMs = end.startsWith('P') ? fromMs + durationMs(end) : Date.parse(end);
  const isMoment = (ms: number) => ms >= momentMsMin && ms <= momentMsMax;
  if (!isMoment(fromMs) || !isMoment(toMs) || toMs <= fromMs) {
    throw invalid('An interval is `<start>/<end>` or `<start>/PT1H`, in ISO 8601.', '/intervals/0');
  }
  if (toMs - fromMs > intervalMsMax) throw invalid('An interval has at most 31 days.', '/intervals/0');
  return { from: new Date(fromMs), to: new Date(toMs) };
};

/** The minutes of an interval; of hours or days where usage is not kept any finer. Refuses buckets that are finer. Pure. */
export const requireKept = (interval: MetricsInterval, bucket: Grain, kept: KeptFrom): MetricsInterval => {
  const fromMs = { minute: kept.minutesMs, hour: kept.hoursMs, day: 0 }[bucket];
  if (interval.from.getTime() >= fromMs) return answerable(interval, kept);
  const since = new Date(fromMs).toISOString();
  throw invalid(
    `Before ${since} usage is kept in coarser steps. Ask for a coarser granularity.`,
    '/granularity',
  );
};

const durationMs = (text: string): number => {
  const match = durationForm.exec(text);
  if (!match || match[0] === 'P') return Number.NaN;
  const [, days = '0', hours = '0', minutes = '0'] = match;
  return Number(days) * dayMs + Number(hours) * 3_600_000 + Number(minutes) * 60_000;
};
