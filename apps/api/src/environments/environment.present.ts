import { Environment } from '@weir/contracts/organizations';
import type { Links } from '../platform/links.ts';
import type { EnvironmentRow } from './environment.store.ts';

export const environmentsPath = '/org/v2/environments';

export const presentEnvironment = (row: EnvironmentRow, links: Links): Environment =>
  Environment.parse({
    api_version: 'org/v2',
    kind: 'Environment',
    id: row.id,
    metadata: links.metadata(`${environmentsPath}/${row.id}`, environmentResourceName(row, links), row),
    display_name: row.displayName,
  });

const environmentResourceName = (row: EnvironmentRow, links: Links): string =>
  links.resourceName(['organization', row.organizationId], ['environment', row.id]);
