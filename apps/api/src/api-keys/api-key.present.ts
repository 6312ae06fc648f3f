import { ApiKey } from '@weir/contracts/iam';
import { clusterResourceName, clustersPath } from '../clusters/cluster.present.ts';
import type { Links } from '../platform/links.ts';
import { serviceAccountsPath } from '../service-accounts/service-account.present.ts';
import type { ApiKeyRow } from './api-key.store.ts';
import { presentLastUse } from './key-use.present.ts';

export const apiKeysPath = '/iam/v2/api-keys';

/** The secret only in the reply that created the key. */
export const presentApiKey = (row: ApiKeyRow, links: Links, secret?: string): ApiKey => {
  const organization = ['organization', row.organizationId] as const;
  const lastUse = presentLastUse(row.secrets);
  return ApiKey.parse({
    api_version: 'iam/v2',
    kind: 'ApiKey',
    id: row.id,
    metadata: links.metadata(
      `${apiKeysPath}/${row.id}`,
      links.resourceName(organization, ['api-key', row.id]),
      row,
    ),
    spec: {
      display_name: row.displayName,
      description: row.description,
      ...(secret === undefined ? {} : { secret }),
      owner: presentOwner(row, links),
      resource: presentResource(row, links),
      ...(row.expiresAt === null ? {} : { expires_at: row.expiresAt.toISOString() }),
    },
    status: { live_secrets: row.secrets.length, ...(lastUse === null ? {} : { last_use: lastUse }) },
  });
};

const presentOwner = (row: ApiKeyRow, links: Links) => {
  const organization = ['organization', row.organizationId] as const;
  const person = row.ownerKind === 'User';
  const path = person ? '/iam/v2/users' : serviceAccountsPath;
  const name = links.resourceName(organization, [person ? 'user' : 'service-account', row.ownerId]);
  return {
    ...links.reference(row.ownerId, `${path}/${row.ownerId}`, name),
    api_version: 'iam/v2',
    kind: row.ownerKind,
  };
};

const presentResource = (row: ApiKeyRow, links: Links) => {
  if (row.cluster === null) {
    const name = links.resourceName(['organization', row.organizationId]);
    return {
      ...links.reference('cloud', '/org/v2/organizations', name),
      api_version: 'iam/v2',
      kind: 'Cloud',
    };
  }
  const { id } = row.cluster;
  const name = clusterResourceName({ ...row.cluster, organizationId: row.organizationId }, links);
  return { ...links.reference(id, `${clustersPath}/${id}`, name), api_version: 'cmk/v2', kind: 'Cluster' };
};
