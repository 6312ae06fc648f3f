import { isDeepStrictEqual } from 'node:util';
import type { CredentialRecord } from '../model.ts';
import type { Result } from '../port.ts';
import { refused, requireSecrets } from '../rules.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { findClusterWithin } from './find-cluster.ts';
import { wasRemoved } from './removals.ts';
import { type CredentialRow, credentialColumns, credentialFrom } from './rows.ts';

const done = { ok: true, value: undefined } as const;

export function applyCredential(
  database: CellDatabase,
  credential: CredentialRecord,
): Promise<Result<void, 'UNKNOWN_CLUSTER'>> {
  const { keyId, clusterId } = credential;
  return database.mutate('applyCredential', async (mutation) => {
    requireSecrets(credential);
    if ((await findClusterWithin(mutation, clusterId)) === null) {
      return refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`);
    }
    const text = `SELECT ${credentialColumns} FROM credentials WHERE key_id = $1`;
    const [row] = await mutation.query<CredentialRow>(text, [keyId]);
    if (row !== undefined && row.cluster_id !== clusterId) {
      throw new RangeError(`key ${keyId} belongs to another cluster than ${clusterId}`);
    }
    if (row !== undefined && isDeepStrictEqual(credentialFrom(row), credential)) return done;
    if (await wasRemoved(mutation, 'credential', keyId)) return done;
    await put(mutation, credential);
    mutation.changed();
    return done;
  });
}

async function put(mutation: Mutation, credential: CredentialRecord): Promise<void> {
  const { keyId, clusterId, principal, secrets, expiresAt, isOfOwnPages = false } = credential;
  const [first, second] = secrets;
  await mutation.query(
    `INSERT INTO credentials (key_id, cluster_id, principal, scram_sha256, scram_sha512, secret_number,
       second_secret, expires_at, is_of_own_pages, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (key_id) DO UPDATE
     SET principal = excluded.principal, scram_sha256 = excluded.scram_sha256,
         scram_sha512 = excluded.scram_sha512, secret_number = excluded.secret_number,
         second_secret = excluded.second_secret, expires_at = excluded.expires_at,
         is_of_own_pages = excluded.is_of_own_pages, version = excluded.version`,
    [
      keyId,
      clusterId,
      principal,
      JSON.stringify(first?.scramSha256),
      JSON.stringify(first?.scramSha512),
      first?.number,
      second === undefined ? null : JSON.stringify(second),
      expiresAt,
      isOfOwnPages,
      mutation.version,
    ],
  );
}
