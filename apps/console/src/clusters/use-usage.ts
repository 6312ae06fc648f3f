'use client';

import { useQuery } from '@tanstack/react-query';
import { getUsageSeries, type UsageGranularity } from '@weir/contracts/usage';
import { call } from '../api/browser.ts';

const refreshMs = 5_000;

/** What the cluster used lately, refreshed while the page is looked at. */
export function useUsage(clusterId: string, granularity: UsageGranularity) {
  return useQuery({
    queryKey: ['usage', clusterId, granularity],
    queryFn: ({ signal }) =>
      call(getUsageSeries, { params: { id: clusterId }, query: { granularity } }, signal),
    refetchInterval: refreshMs,
  });
}
