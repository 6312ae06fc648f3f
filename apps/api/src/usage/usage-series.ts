import { granularityMs, type UsageGranularity, type UsagePoint, usagePointsMax } from '@weir/contracts/usage';
import { invalid } from '../http/refused.ts';
import type { UsageSum } from './usage.store.ts';

export interface SeriesInterval {
  readonly fromMs: number;
  /** Exclusive. Both ends lie on the edges of buckets. */
  readonly toMs: number;
  readonly bucketMs: number;
}

const pointsUsual = 90;

/** The whole buckets that a question is about. Refuses more of them than anyone can read. Pure. */
export const seriesInterval = (
  asked: { granularity: UsageGranularity; from?: string | undefined; to?: string | undefined },
  now: number,
): SeriesInterval => {
  const bucketMs = granularityMs[asked.granularity];
  const up = (ms: number) => Math.ceil(ms / bucketMs) * bucketMs;
  const toMs = up(asked.to === undefined ? now : Date.parse(asked.to));
  const fromMs =
    asked.from === undefined
      ? toMs - pointsUsual * bucketMs
      : Math.floor(Date.parse(asked.from) / bucketMs) * bucketMs;
  if (fromMs >= toMs) throw invalid('`from` must lie before `to`.');
  if ((toMs - fromMs) / bucketMs > usagePointsMax) {
    throw invalid(`That is more than ${usagePointsMax} points. Ask for less time or a coarser granularity.`);
  }
  return { fromMs, toMs, bucketMs };
};

/** One point a bucket, without gaps, oldest first. Pure. */
export const seriesPoints = (interval: SeriesInterval, sums: readonly UsageSum[]): UsagePoint[] => {
  const byBucket = Map.groupBy(sums, (sum) => sum.bucketMs);
  const points: UsagePoint[] = [];
  for (let at = interval.fromMs; at < interval.toMs; at += interval.bucketMs) {
    const of = (meter: string) => byBucket.get(at)?.find((sum) => sum.meter === meter)?.quantity ?? 0;
    points.push({
      start: new Date(at).toISOString(),
      bytes_in: of('bytes_in'),
      bytes_out: of('bytes_out'),
      records_in: of('records_in'),
      records_out: of('records_out'),
      requests: of('requests'),
      connections_peak: of('connections_peak'),
    });
  }
  return points;
};
