import type { CredentialRecord } from '@weir/metadata-store/model';
import type { LogicalCluster } from './logical-cluster.ts';

export const hasSecret = (credential: CredentialRecord | undefined, secretNumber: number): boolean =>
  credential?.secrets.some(({ number }) => number === secretNumber) === true;

/**
 * Connections that were made with a secret that the key has no more end, as those of a revoked key do; and all of a key
 * that ends sooner than was known, since each lives until the time that it began with.
 */
export function endRetired(
  cluster: LogicalCluster | undefined,
  before: CredentialRecord | undefined,
  after: CredentialRecord,
): void {
  if (before === undefined) return;
  if ((after.expiresAt ?? Infinity) < (before.expiresAt ?? Infinity)) {
    cluster?.closeConnections('the credential ends sooner', ({ keyId }) => keyId === after.keyId);
    return;
  }
  if (before.secrets.every(({ number }) => hasSecret(after, number))) return;
  cluster?.closeConnections(
    'secret retired',
    ({ keyId, secretNumber }) =>
      keyId === after.keyId && secretNumber !== null && !hasSecret(after, secretNumber),
  );
}
