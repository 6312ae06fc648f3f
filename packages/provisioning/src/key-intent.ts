import type { AclBinding, CredentialRecord } from '@weir/metadata-store/model';
import { z } from 'zod';

const verifier = z.object({
  salt: z.string(),
  iterations: z.int(),
  storedKey: z.string(),
  serverKey: z.string(),
});

/** What `api_keys.scram` holds of a cluster key. */
export const ScramVerifiers = z.object({ sha256: verifier, sha512: verifier });
export type ScramVerifiers = z.infer<typeof ScramVerifiers>;

export interface KeyIntent {
  readonly id: string;
  readonly clusterId: string;
  readonly ownerKind: string;
  readonly ownerId: string;
  readonly scram: unknown;
  readonly expiresAt: Date | null;
}

export const principalOf = (ownerId: string): string => `User:${ownerId}`;

/** What the cell is told of a key. Throws when the stored verifiers are not what this package wrote. */
export const credentialRecordOf = (intent: KeyIntent): CredentialRecord => {
  const scram = ScramVerifiers.parse(intent.scram);
  return {
    keyId: intent.id,
    clusterId: intent.clusterId,
    principal: principalOf(intent.ownerId),
    scramSha256: scram.sha256,
    scramSha512: scram.sha512,
    expiresAt: intent.expiresAt?.getTime() ?? null,
  };
};

/**
 * What the principal of a key may do by owning it. A person's key acts with that person's roles, and who may
 * have one in a cluster administers it; a service account has what its ACLs grant and nothing by itself.
 */
export const ownerBindings = (clusterId: string, ownerKind: string, ownerId: string): AclBinding[] => {
  if (ownerKind !== 'User') return [];
  const grant = (resourceType: AclBinding['resourceType'], resourceName: string): AclBinding => ({
    clusterId,
    principal: principalOf(ownerId),
    resourceType,
    patternType: 'LITERAL',
    resourceName,
    operation: 'ALL',
    permission: 'ALLOW',
    host: '*',
  });
  return [
    grant('TOPIC', '*'),
    grant('GROUP', '*'),
    grant('TRANSACTIONAL_ID', '*'),
    grant('CLUSTER', 'kafka-cluster'),
  ];
};
