import 'server-only';
import type { Cluster } from '@weir/contracts/clusters';
import { listEnvironments, listOrganizations } from '@weir/contracts/organizations';
import { getEffectivePermissions } from '@weir/contracts/role-bindings';
import type { CloudPermission } from '@weir/contracts/roles';
import { cache } from 'react';
import { load } from '../api/server.ts';

/** The organization that this session is about; null: the person has no role in it. */
export const organization = cache(async () => {
  const { data } = await load(listOrganizations, {});
  return data[0] ?? null;
});

/** What the person whose page is rendered may do with something, as the API says. Asked once a request and thing. */
export const permissionsOn = cache(async (crn: string): Promise<ReadonlySet<CloudPermission>> => {
  const { permissions } = await load(getEffectivePermissions, { query: { crn_pattern: crn } });
  return new Set(permissions);
});

export const permissionsOnOrganization = cache(async (): Promise<ReadonlySet<CloudPermission>> => {
  const found = await organization();
  return found === null ? new Set() : permissionsOn(found.metadata.resource_name);
});

/** Clusters that are asked about, one by one, for whether their figures are shown in the list. */
const clustersAsked = 20;

/** Of these clusters, those whose use the person may see. */
export async function withUsage(clusters: readonly Cluster[]): Promise<ReadonlySet<string>> {
  if ((await permissionsOnOrganization()).has('usage:read')) return new Set(clusters.map(({ id }) => id));
  const asked = clusters.slice(0, clustersAsked);
  const all = await Promise.all(asked.map((one) => permissionsOn(one.metadata.resource_name)));
  return new Set(asked.filter((_, at) => all[at]?.has('usage:read')).map(({ id }) => id));
}

/** Environments that are asked about, one by one, for where somebody may create a cluster. */
const environmentsAsked = 20;

/** Whether there is anywhere to put a new cluster. */
export const mayCreateClusters = cache(async (): Promise<boolean> => {
  if ((await permissionsOnOrganization()).has('cluster:create')) return true;
  const { data } = await load(listEnvironments, { query: { page_size: environmentsAsked } });
  const all = await Promise.all(data.map((one) => permissionsOn(one.metadata.resource_name)));
  return all.some((permissions) => permissions.has('cluster:create'));
});
