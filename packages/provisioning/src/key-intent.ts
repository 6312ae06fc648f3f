import type { CredentialRecord } from '@weir/metadata-store/model';
import { z } from 'zod';

const verifier = z.object({
  salt: z.string(),
  iterations: z.int(),
  storedKey: z.string(),
  serverKey: z.string(),
});

/** What `api_key_secrets.scram` holds of a cluster key. */
export const ScramVerifiers = z.object({ sha256: verifier, sha512: verifier });
export type ScramVerifiers = z.infer<typeof ScramVerifiers>;

export interface KeyIntent {
  readonly id: string;
  readonly clusterId: string;
  readonly ownerId: string;
  /** Its live secrets, the older first. */
  readonly secrets: readonly { readonly number: number; readonly scram: unknown }[];
  readonly expiresAt: Date | null;
}

export const principalOf = (ownerId: string): string => `User:${ownerId}`;

/** What the cell is told of a key. Throws when the stored verifiers are not what this package wrote. */
export const credentialRecordOf = (intent: KeyIntent): CredentialRecord => ({
  keyId: intent.id,
  clusterId: intent.clusterId,
  principal: principalOf(intent.ownerId),
  secrets: intent.secrets.map(({ number, scram }) => {
    const { sha256, sha512 } = ScramVerifiers.parse(scram);
    return { number, scramSha256: sha256, scramSha512: sha512 };
  }),
  expiresAt: intent.expiresAt?.getTime() ?? null,
});
