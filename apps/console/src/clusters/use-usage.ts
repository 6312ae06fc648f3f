'use client';

import { useQuery } from '@tanstack/react-query';
import { getUsageSeries, type UsageGranularity, type UsageSeries } from '@weir/contracts/usage';
import { call } from '../api/browser.ts';

/** With the window of ten seconds, what is used stands here within 15 s. */
const refreshMs = 3_000;

/** What the cluster used lately, refreshed while the page is looked at. */
export function useUsage(clusterId: string, granularity: UsageGranularity) {
  return useQuery({
    queryKey: ['usage', clusterId, granularity],
    queryFn: ({ signal }) =>
      call(getUsageSeries, { params: { id: clusterId }, query: { granularity } }, signal),
    refetchInterval: refreshMs,
    select: reported,
  });
}

/** Without the buckets at the end of which no broker has told yet: they are not zero, but unknown. */
function reported(series: UsageSeries): UsageSeries {
  const until = series.complete_until;
  return until === null ? series : { ...series, points: series.points.filter(({ start }) => start < until) };
}
