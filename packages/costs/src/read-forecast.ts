import { forecast, seenMsMax } from '@weir/billing/forecast';
import { type Period, periodBefore, periodOf } from '@weir/billing/period';
import type { ControlTx } from '@weir/db/control';
import type { KnownDays } from './known-days.ts';
import {
  coversCluster,
  isOfClient,
  partsIn,
  readSpending,
  type Spending,
  type SpendScope,
  spentIn,
} from './read-spending.ts';

/** The running month, and the one before, by which it is told what is to come. */
export interface TwoMonths {
  readonly running: Spending;
  readonly before: Spending;
}

/** Throws TooMuchUsage. */
export const readTwoMonths = async (
  db: ControlTx,
  known: KnownDays,
  organizationId: string,
  scopes: readonly SpendScope[],
  nowMs: number,
): Promise<TwoMonths> => {
  const period = periodOf(nowMs);
  const read = (of: Period) =>
    readSpending(db, known, organizationId, scopes, {
      nowMs,
      period: of,
      hourlyFromMs: nowMs - seenMsMax,
    });
  // One after the other: it may be a transaction, which has one connection.
  const running = await read(period);
  return { running, before: await read(periodBefore(period)) };
};

export interface Expected {
  readonly fromMs: number;
  readonly spentMicros: bigint;
  /** For the whole month. Null: there is nothing yet to expect it from. */
  readonly forecastMicros: bigint | null;
  /** How many whole hours it is expected from. */
  readonly hoursSeen: number;
}

/** What a scope has cost in the running month, and will have. The same for an organization as its billing page says. */
export const expectedIn = ({ before, running }: TwoMonths, scope: SpendScope): Expected => {
  const { nowMs } = running;
  const { fromMs, micros } = spentIn(running, scope, 'MONTH');
  const parts = [...partsIn(before, scope), ...partsIn(running, scope)];
  const begins = isOfClient(scope)
    ? // Nobody says when a client began, but what it cost first.
      parts.map((part) => part.hourMs)
    : [...before.clusters, ...running.clusters]
        .filter((cluster) => coversCluster(scope, cluster))
        .flatMap(({ terms }) => terms.map(({ atMs }) => atMs));
  const firstMs = begins.reduce((first, atMs) => Math.min(first, atMs), nowMs);
  const { expected, hoursSeen } = forecast(periodOf(nowMs), nowMs, firstMs, parts);
  return { fromMs, spentMicros: micros, forecastMicros: hoursSeen === 0 ? null : expected, hoursSeen };
};
