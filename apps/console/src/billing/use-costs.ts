import { useQuery } from '@tanstack/react-query';
import { type CostDimension, getMonthToDate, listCosts } from '@weir/contracts/billing';
import { call } from '../api/browser.ts';

/** With the window of ten seconds and what the API remembers, what is used stands here within 15 s. */
const refreshMs = 2_000;
const rowsMax = 100;
const hourMs = 3_600_000;

/** A month of UTC, from its first moment to that of the next, or a part of one. */
export interface Month {
  readonly from: string;
  readonly to: string;
}

/** The month in which a moment lies, or one so many before it. */
export function monthOf(ms: number, before = 0): Month {
  const at = new Date(ms);
  const first = (offset: number) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - before + offset)).toISOString();
  return { from: first(0), to: first(1) };
}

/** The month before that one; of one that is running as much of it as has come of this, in whole hours. */
export function monthToCompare(nowMs: number, before: number): Month {
  const month = monthOf(nowMs, before + 1);
  if (before > 0) return month;
  const come = Math.floor((nowMs - Date.parse(monthOf(nowMs).from)) / hourMs) * hourMs;
  const to = Math.min(Date.parse(month.from) + Math.max(come, hourMs), Date.parse(month.to));
  return { from: month.from, to: new Date(to).toISOString() };
}

export function useMonthToDate() {
  return useQuery({
    queryKey: ['billing', 'month-to-date'],
    queryFn: ({ signal }) => call(getMonthToDate, {}, signal),
    refetchInterval: refreshMs,
  });
}

export function useCostsByDay({ from, to }: Month) {
  return useQuery({
    queryKey: ['billing', 'days', from],
    queryFn: ({ signal }) =>
      call(listCosts, { query: { from, to, granularity: 'P1D', page_size: rowsMax } }, signal),
    refetchInterval: refreshMs,
  });
}

/**
 * What a month, or a part of one, costs by one dimension: so many rows, and how many there are. What is past changes seldom, and is not asked for
 * again while somebody looks.
 */
export function useCostsBy({ from, to }: Month, dimension: CostDimension, isPast = false) {
  return useQuery({
    queryKey: ['billing', 'by', dimension, from, to],
    queryFn: ({ signal }) =>
      call(
        listCosts,
        {
          query: {
            from,
            to,
            granularity: 'TOTAL',
            group_by: dimension,
            order_by: 'AMOUNT',
            page_size: rowsMax,
          },
        },
        signal,
      ),
    refetchInterval: isPast ? false : refreshMs,
  });
}
