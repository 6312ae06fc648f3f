import { ServiceAccount } from '@weir/contracts/iam';
import type { Links } from '../platform/links.ts';
import type { ServiceAccountRow } from './service-account.store.ts';

export const serviceAccountsPath = '/iam/v2/service-accounts';

export const presentServiceAccount = (row: ServiceAccountRow, links: Links): ServiceAccount =>
  ServiceAccount.parse({
    api_version: 'iam/v2',
    kind: 'ServiceAccount',
    id: row.id,
    metadata: links.metadata(
      `${serviceAccountsPath}/${row.id}`,
      links.resourceName(['organization', row.organizationId], ['service-account', row.id]),
      row,
    ),
    display_name: row.displayName,
    description: row.description,
  });
