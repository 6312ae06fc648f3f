import { decoyVerifier } from '@weir/credentials/decoy';
import { deriveStoredKey, findVerifier, type ScramHash, type ScramVerifier } from '@weir/credentials/scram';
import { type ScramExchange, startScram } from '@weir/credentials/scram-server';
import type { CredentialRecord, SecretRecord } from '@weir/metadata-store/model';
import type { Clock, Random, Workers } from '../deps.ts';
import { failedAuthenticationDelayMs, knownSecretsMax } from '../limits.ts';
import { AuthenticationFailures } from './authentication-failures.ts';
import { KnownSecrets } from './known-secrets.ts';

/** One step of a SASL exchange: more to come, done, or refused. A refusal never says why. */
export type SaslStep =
  | { readonly kind: 'continue'; readonly bytes: Buffer; readonly exchange: ScramInProgress }
  | ({ readonly kind: 'authenticated'; readonly bytes: Buffer } & Proven)
  /** Refused, and to be told so in two steps. */
  | { readonly kind: 'challenge'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly message: string };

/** Who somebody has shown to be: by a key, and which of its secrets he has, or by a token, which has neither. */
export interface Proven {
  readonly credential: Pick<CredentialRecord, 'clusterId' | 'principal' | 'expiresAt' | 'isOfOwnPages'> & {
    readonly keyId: string | null;
  };
  readonly secretNumber: number | null;
}

export interface ScramInProgress {
  readonly exchange: ScramExchange;
  readonly hash: ScramHash;
  readonly credential: CredentialRecord | null;
}

export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];
/** Where tokens are believed. */
export const bearerMechanism = 'OAUTHBEARER';

export interface AuthenticatorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly workers: Pick<Workers, 'deriveKey'>;
  /** Looks in the broker's picture first, then in the store. Rejects when the store must be asked and is away. */
  findCredential(keyId: string): Promise<CredentialRecord | null>;
  /** The same of a key that is in the picture, and may have a secret since that was not heard of yet. Never rejects. */
  findNewestCredential(keyId: string): Promise<CredentialRecord | null>;
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
 * take the same path and the same time. A key that is rotated is opened by either of its secrets.
 */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #failures = new AuthenticationFailures();
  readonly #known: KnownSecrets;
  readonly #deriving = new Map<string, Promise<Buffer>>();

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
    const { credential } = scram;
    const proven = credential === null ? null : proveByScram(scram, credential, token);
    return proven ?? this.#finalWithNewest(scram, token, address);
  }

  async #finalWithNewest(scram: ScramInProgress, token: Buffer, address: string): Promise<SaslStep> {
    const { username } = scram.exchange;
    const newest = await this.#findNewest(username, scram.credential);
    const proven = newest === null ? null : proveByScram(scram, newest, token);
    return proven ?? this.#refuse(username, address);
  }

  // message = [authzid] NUL authcid NUL passwd
  async #plain(token: Buffer, address: string): Promise<SaslStep> {
    const parts = token.toString('utf8').split('\0');
    const [authorizationId = '', keyId = '', secret = ''] = parts;
    if (parts.length !== 3 || keyId === '') return refusal;
    const proven = await this.#prove(keyId, secret, address);
    const actsForItself = authorizationId === '' || authorizationId === keyId;
    if (proven === null || !actsForItself) return this.#refuse(keyId, address);
    return { kind: 'authenticated', bytes: Buffer.alloc(0), ...proven };
  }

  /** Without work for a secret that was right before; all others take the same path, known keys and unknown. */
  async #prove(keyId: string, secret: string, address: string): Promise<Proven | null> {
    const credential = await this.#find(keyId);
    if (credential === null) this.#known.forget(keyId);
    const known = credential?.secrets.find(({ scramSha256: { storedKey } }) =>
      this.#known.has(keyId, this.#known.macOf(storedKey, secret)),
    );
    if (credential !== null && known !== undefined) return { credential, secretNumber: known.number };
    const verifier =
      credential?.secrets[0]?.scramSha256 ?? decoyVerifier('SHA-256', keyId, this.#deps.decoyKey);
    const storedKey = await this.#storedKeyOnce(secret, verifier, address);
    if (credential === null) return null;
    return (
      this.#proveByStoredKey(credential, secret, storedKey) ??
      this.#proveByStoredKey(await this.#findNewest(keyId, credential), secret, storedKey)
    );
  }

  /** Secrets of one key share their salt, so that one derivation tells of each. */
  #proveByStoredKey(credential: CredentialRecord | null, secret: string, storedKey: Buffer): Proven | null {
    if (credential === null) return null;
    const at = findVerifier(storedKey, verifiersOf(credential, 'SHA-256'));
    const found = credential.secrets[at];
    if (found === undefined) return null;
    this.#known.remember(credential.keyId, this.#known.macOf(found.scramSha256.storedKey, secret));
    return { credential, secretNumber: found.number };
  }

  /** Clients that come with the same secret at the same time share one derivation. */
  #storedKeyOnce(secret: string, verifier: ScramVerifier, address: string): Promise<Buffer> {
    const name = `${address} ${this.#known.macOf(verifier.salt, secret).toString('base64')}`;
    const underWay = this.#deriving.get(name);
    if (underWay !== undefined) return underWay;
    const { workers } = this.#deps;
    const derived = deriveStoredKey(secret, 'SHA-256', verifier, (derivation) =>
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
      verifiersFor: async (keyId) => {
        found.credential = await this.#find(keyId);
        return found.credential === null ? [] : verifiersOf(found.credential, hash);
      },
    });
    if (!started.ok) return refusal;
    const exchange = { exchange: started.exchange, hash, credential: found.credential };
    return { kind: 'continue', bytes: started.serverFirst, exchange };
  }

  async #find(keyId: string): Promise<CredentialRecord | null> {
    return this.#unlessExpired(await this.#deps.findCredential(keyId));
  }

  /** Null where there is nothing newer than what is known, or the key had to be asked for already. */
  async #findNewest(keyId: string, known: CredentialRecord | null): Promise<CredentialRecord | null> {
    if (known === null) return null;
    const newest = this.#unlessExpired(await this.#deps.findNewestCredential(keyId));
    return newest === known ? null : newest;
  }

  #unlessExpired(credential: CredentialRecord | null): CredentialRecord | null {
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

const verifierOf = (secret: SecretRecord, hash: ScramHash): ScramVerifier =>
  hash === 'SHA-256' ? secret.scramSha256 : secret.scramSha512;

const verifiersOf = (credential: CredentialRecord, hash: ScramHash): readonly ScramVerifier[] =>
  credential.secrets.map((secret) => verifierOf(secret, hash));

function proveByScram(scram: ScramInProgress, credential: CredentialRecord, token: Buffer): SaslStep | null {
  const { exchange, hash } = scram;
  const finished = exchange.finish(token, verifiersOf(credential, hash));
  if (!finished.ok) return null;
  const { storedKey } = finished.verifier;
  const secret = credential.secrets.find((each) => verifierOf(each, hash).storedKey === storedKey);
  if (secret === undefined) return null;
  return { kind: 'authenticated', bytes: finished.serverFinal, credential, secretNumber: secret.number };
}
