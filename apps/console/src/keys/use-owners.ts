'use client';

import { useQuery } from '@tanstack/react-query';
import { listServiceAccounts, listUsers } from '@weir/contracts/iam';
import { call } from '../api/browser.ts';

export interface Owner {
  readonly id: string;
  readonly name: string;
}

const query = { page_size: 100 };

/** People and service accounts that keys are of, by name. */
export function useOwners(): readonly Owner[] {
  const { data } = useQuery({
    queryKey: ['owners'],
    queryFn: async ({ signal }) => {
      const [people, accounts] = await Promise.all([
        call(listUsers, { query }, signal),
        call(listServiceAccounts, { query }, signal),
      ]);
      return [
        ...people.data.map(({ id, full_name }) => ({ id: String(id), name: full_name })),
        ...accounts.data.map(({ id, display_name }) => ({ id: String(id), name: display_name })),
      ];
    },
  });
  return data ?? [];
}
