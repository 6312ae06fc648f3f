'use client';

import { useQuery } from '@tanstack/react-query';
import { type ApiKey, listApiKeys, listServiceAccounts, type ServiceAccount } from '@weir/contracts/iam';
import { allPages } from '../api/all-pages.ts';
import { call } from '../api/browser.ts';

export const accountsKey = ['service-accounts'];

export function useAccounts() {
  return useQuery({
    queryKey: accountsKey,
    queryFn: ({ signal }): Promise<readonly ServiceAccount[]> =>
      allPages((page) => call(listServiceAccounts, { query: page }, signal)),
  });
}

const refreshMs = 15_000;

/** The keys of service accounts that the person sees, of one or of all. */
export function useAccountKeys(ownerId?: string) {
  const owner = ownerId === undefined ? {} : { 'spec.owner': ownerId };
  return useQuery({
    queryKey: ['keys', 'all', ownerId ?? ''],
    queryFn: async ({ signal }): Promise<readonly ApiKey[]> => {
      const keys = await allPages((page) => call(listApiKeys, { query: { ...owner, ...page } }, signal));
      return keys.filter(({ spec }) => spec.owner.kind === 'ServiceAccount');
    },
    refetchInterval: refreshMs,
  });
}
