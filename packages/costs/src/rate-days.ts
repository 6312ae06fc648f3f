import { setImmediate } from 'node:timers/promises';
import { clusterTime } from '@weir/billing/cluster-time';
import { dayMs } from '@weir/billing/period';
import type { Terms } from '@weir/billing/price-book';
import { type RatedHour, type RatedSoFar, rateStretch } from '@weir/billing/rate-usage';
import { PricedMeter } from '@weir/contracts/billing';
import type { ControlTx } from '@weir/db/control';
import { dayOf } from './rated-days.ts';
import { type Interval, readHours, type UsingCluster, usedRowsMax } from './used.store.ts';

/** Whose usage of a month is rated, and by what. */
export interface RatedMonth {
  readonly organizationId: string;
  readonly terms: Terms;
  /** All that were there in the month. */
  readonly clusters: readonly UsingCluster[];
  /** Clusters are rated until then: what comes after is not known. */
  readonly nowMs: number;
}

export interface RatedDay {
  readonly fromMs: number;
  /** Of the day, as far as it was asked for. */
  readonly hours: readonly RatedHour[];
  readonly before: RatedSoFar;
  readonly after: RatedSoFar;
}

/** Hours are read for so many days at once: what a large organization used in a month would be too much at a time. */
const readDaysMax = 7;

/** Of many clusters fewer, down to one day; each of them may have been of two kinds in an hour. */
const readDaysOf = (clusters: number): number => {
  const rowsOfDay = 2 * 24 * PricedMeter.options.length * clusters;
  return Math.max(1, Math.min(readDaysMax, Math.floor(usedRowsMax / rowsOfDay)));
};

/**
 * What hours of a month cost, day by day, from the beginning of a day on, all that was before it being rated. Whoever else
 * has something to do does it between two days. Throws TooMuchUsage.
 */
export async function* rateDays(
  db: ControlTx,
  month: RatedMonth,
  { fromMs, toMs }: Interval,
  before: RatedSoFar,
): AsyncGenerator<RatedDay> {
  let soFar = before;
  const readDays = readDaysOf(month.clusters.length);
  for (let read = fromMs; read < toMs; read += readDays * dayMs) {
    const end = Math.min(toMs, read + readDays * dayMs);
    const used = await readHours(db, month.organizationId, { fromMs: read, toMs: end });
    const byDay = Map.groupBy(used, ({ hourMs }) => dayOf(hourMs));
    for (let day = read; day < end; day += dayMs) {
      const within = { fromMs: day, toMs: Math.min(end, day + dayMs) };
      const time = month.clusters.flatMap((cluster) => clusterTime(cluster, within, month.nowMs));
      const { after, hours } = rateStretch(month.terms, soFar, [...(byDay.get(day) ?? []), ...time]);
      yield { fromMs: day, hours, before: soFar, after };
      soFar = after;
      await setImmediate();
    }
  }
}
