'use client';

import { useQuery } from '@tanstack/react-query';
import { listClusters } from '@weir/contracts/clusters';
import { listServiceAccounts, listUsers } from '@weir/contracts/iam';
import { listEnvironments } from '@weir/contracts/organizations';
import { getEffectivePermissions, listRoleBindings, type RoleBinding } from '@weir/contracts/role-bindings';
import { listGroupMappings } from '@weir/contracts/single-sign-on';
import { allPages, pageSizeMax } from '../api/all-pages.ts';
import { call } from '../api/browser.ts';
import type { Names } from './words.ts';

export const bindingsKey = ['role-bindings'];

/** All role bindings of the organization that the person sees; none are asked for while `crn` is null. */
export function useRoleBindings(crn: string | null) {
  return useQuery({
    queryKey: bindingsKey,
    enabled: crn !== null,
    queryFn: ({ signal }): Promise<readonly RoleBinding[]> =>
      allPages((page) => call(listRoleBindings, { query: { crn_pattern: crn ?? '', ...page } }, signal)),
  });
}

/** Who and what there is, as far as the person sees it. */
export function useDirectory() {
  return useQuery({
    queryKey: ['directory'],
    queryFn: async ({ signal }) => {
      const query = { page_size: pageSizeMax };
      const [users, accounts, environments, clusters, groups] = await Promise.all([
        call(listUsers, { query }, signal),
        call(listServiceAccounts, { query }, signal),
        call(listEnvironments, { query }, signal),
        call(listClusters, { query }, signal),
        call(listGroupMappings, { query }, signal),
      ]);
      const names: Names = new Map([
        ...users.data.map((user) => [user.id, user.full_name] as const),
        ...accounts.data.map((account) => [account.id, account.display_name] as const),
        ...groups.data.map((one) => [one.id, one.display_name] as const),
        ...environments.data.map((one) => [one.id, one.display_name] as const),
        ...clusters.data.map((one) => [one.id, one.spec.display_name] as const),
      ]);
      return {
        names,
        users: users.data,
        accounts: accounts.data,
        groups: groups.data,
        environments: environments.data,
        clusters: clusters.data,
      };
    },
  });
}

/** What the person may do with something, and give there. */
export function usePermissions(crn: string | null) {
  return useQuery({
    queryKey: ['permissions', crn],
    enabled: crn !== null,
    queryFn: ({ signal }) => call(getEffectivePermissions, { query: { crn_pattern: crn ?? '' } }, signal),
  });
}
