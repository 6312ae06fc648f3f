import { decoyVerifier } from '@weir/credentials/decoy';
import { type ScramHash, type ScramVerifier, verifySecret } from '@weir/credentials/scram';
import { type ScramExchange, startScram } from '@weir/credentials/scram-server';
import type { CredentialRecord } from '@weir/metadata-store/model';
import type { Clock, Random, Workers } from '../deps.ts';
import { failedAuthenticationDelayMs, knownSecretsMax } from '../limits.ts';
import { AuthenticationFailures } from './authentication-failures.ts';
import { KnownSecrets } from './known-secrets.ts';

/** One step of a SASL exchange: more to come, done, or refused. A refusal never says why. */
export type SaslStep =
  | { readonly kind: 'continue'; readonly bytes: Buffer; readonly exchange: ScramInProgress }
  | { readonly kind: 'authenticated'; readonly bytes: Buffer; readonly credential: CredentialRecord }
  | { readonly kind: 'refused'; readonly message: string };

export interface ScramInProgress {
  readonly exchange: ScramExchange;
  readonly credential: CredentialRecord | null;
}

export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface AuthenticatorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly workers: Pick<Workers, 'deriveKey'>;
  /** Looks in the broker's picture first, then in the store. Rejects when the store must be asked and is away. */
  findCredential(keyId: string): Promise<CredentialRecord | null>;
  /** Stays the same over restarts, so that made-up salts do too. */
  readonly decoyKey: Buffer;
}

/** The one answer to whatever is wrong: it never tells which it was. */
export const refusal = {
  kind: 'refused',
  message:
    'Authentication failed: check the API key and its secret, and that the key belongs to this cluster.',
} as const;

/**
 * PLAIN (RFC 4616) and SCRAM (RFC 5802) against the verifiers of cluster keys. Known and unknown keys
 * take the same path and the same time.
 */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #failures = new AuthenticationFailures();
  readonly #known: KnownSecrets;
  readonly #deriving = new Map<string, Promise<boolean>>();

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
    this.#known = new KnownSecrets(deps.random.bytes(32), knownSecretsMax);
  }

  /** The first token of an exchange. */
  async first(mechanism: SaslMechanism, token: Buffer, address: string): Promise<SaslStep> {
    if (mechanism === 'PLAIN') return this.#plain(token, address);
    return this.#scramFirst(mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512', token);
  }

  /** The client's proof. */
  async final(scram: ScramInProgress, token: Buffer, address: string): Promise<SaslStep> {
    const finished = scram.exchange.finish(token);
    if (!finished.ok || scram.credential === null) return this.#refuse(scram.exchange.username, address);
    return { kind: 'authenticated', bytes: finished.serverFinal, credential: scram.credential };
  }

  // message = [authzid] NUL authcid NUL passwd
  async #plain(token: Buffer, address: string): Promise<SaslStep> {
    const parts = token.toString('utf8').split('\0');
    const [authorizationId = '', keyId = '', secret = ''] = parts;
    if (parts.length !== 3 || keyId === '') return refusal;
    const credential = await this.#find(keyId);
    const verifier = credential?.scramSha256 ?? decoyVerifier('SHA-256', keyId, this.#deps.decoyKey);
    const isRight = await this.#isRight(keyId, secret, credential, verifier, address);
    const actsForItself = authorizationId === '' || authorizationId === keyId;
    if (!isRight || credential === null || !actsForItself) return this.#refuse(keyId, address);
    return { kind: 'authenticated', bytes: Buffer.alloc(0), credential };
  }

  /** Without work for a secret that was right before; all others take the same path, known keys and unknown. */
  async #isRight(
    keyId: string,
    secret: string,
    credential: CredentialRecord | null,
    verifier: ScramVerifier,
    address: string,
  ): Promise<boolean> {
    const mac = this.#known.macOf(verifier.storedKey, secret);
    if (credential === null) this.#known.forget(keyId);
    else if (this.#known.has(keyId, mac)) return true;
    const isRight = await this.#derivedOnce(mac, secret, verifier, address);
    if (isRight && credential !== null) this.#known.remember(keyId, mac);
    return isRight;
  }

  /** Clients that come with the same secret at the same time share one derivation. */
  #derivedOnce(mac: Buffer, secret: string, verifier: ScramVerifier, address: string): Promise<boolean> {
    const name = `${address} ${mac.toString('base64')}`;
    const underWay = this.#deriving.get(name);
    if (underWay !== undefined) return underWay;
    const { workers } = this.#deps;
    const derived = verifySecret(secret, 'SHA-256', verifier, (derivation) =>
      workers.deriveKey(address, derivation),
    ).finally(() => this.#deriving.delete(name));
    this.#deriving.set(name, derived);
    return derived;
  }

  async #scramFirst(hash: ScramHash, token: Buffer): Promise<SaslStep> {
    const found: { credential: CredentialRecord | null } = { credential: null };
    const started = await startScram(token, {
      hash,
      serverNonce: this.#deps.random.bytes(18).toString('base64'),
      decoyKey: this.#deps.decoyKey,
      verifierFor: async (keyId) => {
        found.credential = await this.#find(keyId);
        if (found.credential === null) return null;
        return hash === 'SHA-256' ? found.credential.scramSha256 : found.credential.scramSha512;
      },
    });
    if (!started.ok) return refusal;
    const exchange = { exchange: started.exchange, credential: found.credential };
    return { kind: 'continue', bytes: started.serverFirst, exchange };
  }

  async #find(keyId: string): Promise<CredentialRecord | null> {
    const credential = await this.#deps.findCredential(keyId);
    if (credential?.expiresAt != null && credential.expiresAt <= this.#deps.clock.now()) return null;
    return credential;
  }

  async #refuse(keyId: string, address: string): Promise<SaslStep> {
    this.#failures.failed(keyId, address, this.#deps.clock.monotonicMs());
    await this.#holdBack(keyId, address);
    return refusal;
  }

  /**
   * Whoever has guessed too often waits for the next refusal. A right secret is never held back: secrets of
   * 192 bits are not guessed by being quick, and who has one may share his address with somebody who guesses.
   */
  async #holdBack(keyId: string, address: string): Promise<void> {
    if (!this.#failures.isSuspicious(keyId, address, this.#deps.clock.monotonicMs())) return;
    await new Promise<void>((resolve) => {
      this.#deps.clock.after(failedAuthenticationDelayMs, resolve);
    });
  }
}
