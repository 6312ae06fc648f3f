import { dayMs, hourMs, type Period, periodOf } from '@weir/billing/period';
import { type CostGranularity, costDaysMax } from '@weir/contracts/billing';
import { invalid } from '../http/refused.ts';

export interface CostInterval {
  readonly fromMs: number;
  /** Exclusive. Both ends lie on the edges of buckets. */
  readonly toMs: number;
}

/** The hour, day or month of UTC in which that moment lies; of a total the hour, to which its ends are rounded. Pure. */
export const bucketOf = (granularity: CostGranularity, ms: number): Period => {
  if (granularity === 'P1M') return periodOf(ms);
  const size = granularity === 'P1D' ? dayMs : hourMs;
  const fromMs = Math.floor(ms / size) * size;
  return { fromMs, toMs: fromMs + size };
};

/** The whole buckets that a question is about. Refuses more time than one answer can have. Pure. */
export const costInterval = (
  asked: { granularity: CostGranularity; from?: string | undefined; to?: string | undefined },
  now: number,
): CostInterval => {
  const { granularity } = asked;
  const endMs = asked.to === undefined ? now : Date.parse(asked.to);
  const startMs = asked.from === undefined ? periodOf(now).fromMs : Date.parse(asked.from);
  const last = bucketOf(granularity, endMs);
  const toMs = last.fromMs === endMs ? endMs : last.toMs;
  const { fromMs } = bucketOf(granularity, startMs);
  if (startMs >= endMs) throw invalid('`from` must lie before `to`.');
  const days = costDaysMax[granularity];
  if (toMs - fromMs > days * dayMs) {
    throw invalid(
      `With a granularity of ${granularity} a question reaches over ${days} days at most. Ask for less time or a coarser one.`,
    );
  }
  return { fromMs, toMs };
};
