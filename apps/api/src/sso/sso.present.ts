import { GroupMapping, SsoDomain, SsoSettings } from '@weir/contracts/single-sign-on';
import { recordNameOf, recordValueOf } from '@weir/mail-domains/look';
import type { Links } from '../platform/links.ts';
import { writeGroupFilter } from './group-filter.ts';
import type { GroupMappingRow } from './group-mapping.store.ts';
import type { ConnectionRow } from './sso-connection.store.ts';
import type { DomainRow } from './sso-domain.store.ts';

export const groupMappingsPath = '/iam/v2/sso/group-mappings';

/** Never with the secret. */
export const presentSettings = (row: ConnectionRow | null, redirectUri: string): SsoSettings =>
  SsoSettings.parse({
    api_version: 'iam/v2',
    kind: 'SsoSettings',
    redirect_uri: redirectUri,
    connection: row && {
      issuer: row.issuer,
      client_id: row.clientId,
      groups_claim: row.groupsClaim,
      is_enforced: row.enforcedAt !== null,
      enforced_at: row.enforcedAt?.toISOString() ?? null,
      proven_at: row.provenAt?.toISOString() ?? null,
    },
  });

export const presentDomain = (row: DomainRow): SsoDomain =>
  SsoDomain.parse({
    id: row.id,
    domain: row.domain,
    is_verified: row.verifiedAt !== null,
    record_name: recordNameOf(row.domain),
    record_value: recordValueOf(row.challenge),
    verified_at: row.verifiedAt?.toISOString() ?? null,
    missing_since: row.missingSince?.toISOString() ?? null,
  });

export const presentMapping = (row: GroupMappingRow, links: Links): GroupMapping => {
  const name = links.resourceName(['organization', row.organizationId], ['group-mapping', row.id]);
  return GroupMapping.parse({
    api_version: 'iam/v2',
    kind: 'GroupMapping',
    id: row.id,
    metadata: links.metadata(`${groupMappingsPath}/${row.id}`, name, row),
    display_name: row.displayName,
    description: row.description,
    filter: writeGroupFilter(row.groups),
    principal: `User:${row.id}`,
    members: row.members,
  });
};
