import { clusterTime } from '@weir/billing/cluster-time';
import type { Period } from '@weir/billing/period';
import type { Terms } from '@weir/billing/price-book';
import { bookOf } from '@weir/billing/price-books';
import { type RatedPart, rateParts, rateUsage } from '@weir/billing/rate-usage';
import type { ControlTx } from '@weir/db/control';
import { type Detail, type Interval, readClusters, readUsed, type UsingCluster } from './used.store.ts';

export interface AskedCosts {
  readonly organizationId: string;
  readonly period: Period;
  /** Within the period. */
  readonly interval: Interval;
  /** Clusters are rated until then: what comes after is not known. */
  readonly nowMs: number;
  readonly detail: Detail;
}

export interface RatedUsage {
  readonly clusters: readonly UsingCluster[];
  readonly parts: readonly RatedPart[];
}

export const withoutDetail: Detail = { topic: false, principal: false, key: false };

/** What a period is rated by. */
export const termsOf = (period: Period): Terms => ({ book: bookOf(period), discountBasisPoints: 0n });

/**
 * What an organization's usage in a part of a month costs. All of the month before that is rated with it, since tiers and
 * allowances begin with the month. Throws TooMuchUsage.
 */
export const rateOrganization = async (db: ControlTx, question: AskedCosts): Promise<RatedUsage> => {
  const { detail, interval, nowMs, organizationId, period } = question;
  const { fromMs, toMs } = interval;
  // One after the other: it may be a transaction, which has one connection.
  const clusters = await readClusters(db, organizationId, { fromMs: period.fromMs, toMs });
  const before = await readUsed(db, organizationId, { fromMs: period.fromMs, toMs: fromMs }, withoutDetail);
  const used = await readUsed(db, organizationId, interval, detail);
  const time = clusters.flatMap((cluster) => clusterTime(cluster, period, Math.min(toMs, nowMs)));
  const hours = rateUsage(termsOf(period), [...before, ...used, ...time]);
  const asked = hours.filter(({ hourMs }) => hourMs >= fromMs && hourMs < toMs);
  const whole = <Row>(row: Row) => ({ ...row, topic: '', principal: '', key: '' });
  const isDetailed = detail.topic || detail.principal || detail.key;
  const parts = isDetailed ? rateParts(asked, [...used, ...time.map(whole)]) : asked.map(whole);
  return { clusters, parts };
};
