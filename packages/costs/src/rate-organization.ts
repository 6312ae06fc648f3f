import { clusterTime } from '@weir/billing/cluster-time';
import type { Period } from '@weir/billing/period';
import type { Terms } from '@weir/billing/price-book';
import { bookOf } from '@weir/billing/price-books';
import { type RatedHour, type RatedPart, rateParts, rateUsage } from '@weir/billing/rate-usage';
import type { UsagePart } from '@weir/billing/usage-hour';
import type { ControlTx } from '@weir/db/control';
import { evenDays, inPieces, inSteps, wholeDays } from './rated-days.ts';
import {
  type Detail,
  type Interval,
  readClusters,
  readHours,
  readParts,
  type UsingCluster,
} from './used.store.ts';

export interface AskedCosts {
  readonly organizationId: string;
  readonly period: Period;
  /** Within the period. */
  readonly interval: Interval;
  /** Clusters are rated until then: what comes after is not known. */
  readonly nowMs: number;
  readonly detail: Detail;
  /**
   * Whole days until then are one part each, at their beginning, rather than one an hour, where that comes to the same: where
   * each hour of the day costs as much for a byte as the others. What is asked has to be of one snapshot then.
   */
  readonly daysUntilMs: number;
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
  const rate = async () => {
    const clusters = await readClusters(db, organizationId, { fromMs: period.fromMs, toMs });
    const used = await readHours(db, organizationId, { fromMs: period.fromMs, toMs });
    const time = clusters.flatMap((cluster) => clusterTime(cluster, period, Math.min(toMs, nowMs)));
    const hours = rateUsage(termsOf(period), [...used, ...time]);
    return { clusters, hours: hours.filter(({ hourMs }) => hourMs >= fromMs && hourMs < toMs) };
  };
  const read = (part: Interval, step: 'hour' | 'day') => readParts(db, organizationId, part, detail, step);
  if (!detail.topic && !detail.principal && !detail.key) {
    const { clusters, hours } = await rate();
    return { clusters, parts: hours.map(whole) };
  }
  const days = wholeDays(interval, question.daysUntilMs);
  if (days.fromMs === days.toMs) {
    // Before the hours that they are parts of: a window that comes in between has no name this once.
    const parts = await read(interval, 'hour');
    const { clusters, hours } = await rate();
    return { clusters, parts: withOwners(hours, parts) };
  }
  const { clusters, hours } = await rate();
  const pieces = inPieces(interval, evenDays(hours, days));
  const parts: UsagePart[] = [];
  for (const { step, ...piece } of pieces) parts.push(...(await read(piece, step)));
  return { clusters, parts: withOwners(inSteps(hours, pieces), parts) };
};

const withOwners = (hours: readonly RatedHour[], parts: readonly UsagePart[]): readonly RatedPart[] =>
  rateParts(hours, [...parts, ...hours.filter(({ meter }) => timeMeters.has(meter)).map(whole)]);

/** Meters of what is there, whoever uses it. */
const timeMeters: ReadonlySet<string> = new Set(['cluster_seconds', 'unit_seconds']);

const whole = <Row>(row: Row) => ({ ...row, topic: '', principal: '', key: '' });
