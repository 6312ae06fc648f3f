import { createScramVerifier } from '@weir/credentials/scram';
import { accepted, aclOf, clusterOf, roomyLimits } from '@weir/metadata-store/conformance-fixtures';
import type { MetadataStore } from '@weir/metadata-store/port';

export interface Tenant {
  readonly clusterId: string;
  readonly keyId: string;
  readonly secret: string;
}

export const tenant: Tenant = {
  clusterId: 'lkc-a',
  keyId: 'ABCDEFGHIJKLMNOP',
  secret: 'a-secret-of-the-test',
};

/** A tenant who may do everything, as fast as it goes. */
export async function furnishTenant(store: MetadataStore, of: Tenant = tenant): Promise<void> {
  const { clusterId, keyId, secret } = of;
  const plenty = 1_000_000_000;
  const rates = { ingressBytesPerSecMax: plenty, egressBytesPerSecMax: plenty, requestsPerSecMax: plenty };
  await store.applyCluster({ ...clusterOf(clusterId), limits: { ...roomyLimits, ...rates } });
  const salt = Buffer.from('a salt of a test');
  const scramSha256 = await createScramVerifier(secret, 'SHA-256', salt);
  const scramSha512 = await createScramVerifier(secret, 'SHA-512', salt);
  const principal = 'User:sa-1';
  const secrets = [{ number: 1, scramSha256, scramSha512 }];
  accepted(await store.applyCredential({ keyId, clusterId, principal, secrets, expiresAt: null }));
  for (const resourceType of ['TOPIC', 'GROUP', 'TRANSACTIONAL_ID'] as const) {
    const everything = { ...aclOf(clusterId, '*'), resourceType, patternType: 'LITERAL' as const };
    accepted(await store.applyAcl({ ...everything, principal, operation: 'ALL' }));
  }
}
