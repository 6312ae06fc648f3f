import { ApiKeySecret } from '@weir/contracts/api-key-secrets';
import type { Links } from '../platform/links.ts';
import { apiKeysPath } from './api-key.present.ts';
import type { ApiKeyRow, SecretRow } from './api-key.store.ts';
import { presentUse } from './key-use.present.ts';

/** The secret only in the reply that made it. */
export const presentSecret = (
  key: ApiKeyRow,
  row: SecretRow,
  links: Links,
  secret?: string,
): ApiKeySecret => {
  const lastUse = presentUse(row);
  const id = String(row.number);
  const parts = [
    ['organization', key.organizationId],
    ['api-key', key.id],
    ['secret', id],
  ] as const;
  return ApiKeySecret.parse({
    api_version: 'iam/v2',
    kind: 'ApiKeySecret',
    id,
    metadata: links.metadata(`${apiKeysPath}/${key.id}/secrets/${id}`, links.resourceName(...parts), {
      createdAt: row.createdAt,
      updatedAt: row.createdAt,
    }),
    ...(secret === undefined ? {} : { secret }),
    ...(lastUse === null ? {} : { last_use: lastUse }),
  });
};
