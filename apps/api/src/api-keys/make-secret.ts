import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { createSecret } from '@weir/credentials/api-key';
import { createCloudVerifier, secretFingerprint } from '@weir/credentials/cloud-key';
import { createScramVerifier, scramSaltBytes } from '@weir/credentials/scram';
import { ScramVerifiers } from '@weir/provisioning/key-intent';
import { cloudServerKey } from '../auth/cloud-server-key.ts';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';

/** What is kept of a secret. */
export interface KeptSecret {
  readonly fingerprint: string;
  readonly scram?: ScramVerifiers;
  readonly cloudVerifier?: string;
}

/** A secret, and what is kept of it. The secret itself goes into one reply and nowhere else. */
export interface MadeSecret {
  readonly secret: string;
  readonly kept: KeptSecret;
}

@Injectable()
export class MakeSecret {
  readonly #serverKey: Uint8Array;

  constructor(@Inject(SETTINGS) settings: ApiSettings) {
    this.#serverKey = cloudServerKey(settings.authSecret);
  }

  /** Of a key of the control plane. */
  forCloud(keyId: string): MadeSecret {
    const secret = createSecret(randomBytes);
    const cloudVerifier = createCloudVerifier(keyId, secret, this.#serverKey);
    return { secret, kept: { fingerprint: this.fingerprintOf(secret), cloudVerifier } };
  }

  /** Of a cluster's key. `beside`: the verifiers of the secret that the key has, whose salts every other one takes. */
  async forCluster(beside: unknown = null): Promise<MadeSecret> {
    const secret = createSecret(randomBytes);
    const other = beside === null ? null : ScramVerifiers.parse(beside);
    const saltLike = (salt: string | undefined) =>
      salt === undefined ? randomBytes(scramSaltBytes) : Buffer.from(salt, 'base64');
    const [sha256, sha512] = await Promise.all([
      createScramVerifier(secret, 'SHA-256', saltLike(other?.sha256.salt), other?.sha256.iterations),
      createScramVerifier(secret, 'SHA-512', saltLike(other?.sha512.salt), other?.sha512.iterations),
    ]);
    return { secret, kept: { fingerprint: this.fingerprintOf(secret), scram: { sha256, sha512 } } };
  }

  fingerprintOf(secret: string): string {
    return secretFingerprint(secret, this.#serverKey);
  }
}
