'use client';

import { useQuery } from '@tanstack/react-query';
import { listClusters } from '@weir/contracts/clusters';
import { listServiceAccounts, listUsers } from '@weir/contracts/iam';
import { listEnvironments } from '@weir/contracts/organizations';
import { getEffectivePermissions, listRoleBindings, type RoleBinding } from '@weir/contracts/role-bindings';
import { listGroupMappings } from '@weir/contracts/single-sign-on';
import { call } from '../api/browser.ts';
import type { Names } from './words.ts';

const page_size = 100;
/** More than an organization may have by default. */
const pagesMax = 20;

export const bindingsKey = ['role-bindings'];

/** All role bindings of the organization that the person sees; none are asked for while `crn` is null. */
export function useRoleBindings(crn: string | null) {
  return useQuery({
    queryKey: bindingsKey,
    enabled: crn !== null,
    queryFn: async ({ signal }) => {
      const found: RoleBinding[] = [];
      let next: string | null | undefined;
      for (let page = 0; page < pagesMax && next !== null; page++) {
        const after = next === undefined ? {} : { page_token: next };
        const answer = await call(
          listRoleBindings,
          { query: { crn_pattern: crn ?? '', page_size, ...after } },
          signal,
        );
        found.push(...answer.data);
        next = tokenIn(answer.metadata.next);
      }
      return found;
    },
  });
}

const tokenIn = (url: string | undefined): string | null =>
  url === undefined ? null : new URL(url).searchParams.get('page_token');

/** Who and what there is, as far as the person sees it. */
export function useDirectory() {
  return useQuery({
    queryKey: ['directory'],
    queryFn: async ({ signal }) => {
      const query = { page_size };
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
