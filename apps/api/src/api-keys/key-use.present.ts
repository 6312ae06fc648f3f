import type { KeyUse } from '@weir/contracts/api-key-secrets';
import type { SecretRow } from './api-key.store.ts';

/** null: it was never used. */
export const presentUse = (row: SecretRow): KeyUse | null =>
  row.lastUsedAt === null
    ? null
    : {
        at: row.lastUsedAt.toISOString(),
        source_ip: row.lastUsedAddress,
        client_id: row.lastUsedClientId,
        client_software: row.lastUsedSoftware,
        client_version: row.lastUsedVersion,
      };

/** Of whichever was used last. */
export const presentLastUse = (rows: readonly SecretRow[]): KeyUse | null => {
  const used = rows.filter((row) => row.lastUsedAt !== null);
  const last = used.toSorted((one, other) => Number(other.lastUsedAt) - Number(one.lastUsedAt))[0];
  return last === undefined ? null : presentUse(last);
};
