import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export type ScramHash = 'SHA-256' | 'SHA-512';

/** RFC 5802 section 3: what a server keeps instead of a password. Bytes are base64. */
export interface ScramVerifier {
  readonly salt: string;
  readonly iterations: number;
  readonly storedKey: string;
  readonly serverKey: string;
}

/** RFC 7677 asks for at least this many. More would only slow clients down: our secrets are random. */
export const scramIterations = 4096;
export const scramSaltBytes = 16;

const digests = {
  'SHA-256': { name: 'sha256', bytes: 32 },
  'SHA-512': { name: 'sha512', bytes: 64 },
} as const;

/** PBKDF2 (RFC 8018): where it runs is the caller's affair, since a server must bound it. */
export type DeriveKey = (derivation: {
  readonly secret: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly bytes: number;
  readonly digest: 'sha256' | 'sha512';
}) => Promise<Buffer>;

const pbkdf2Async = promisify(pbkdf2);
const deriveOffLoop: DeriveKey = ({ secret, salt, iterations, bytes, digest: name }) =>
  pbkdf2Async(secret, salt, iterations, bytes, name);

/**
 * SaltedPassword, StoredKey and ServerKey of RFC 5802 section 3. Runs off the event loop. The secret is
 * taken as it is: ours are ASCII, which SASLprep leaves alone.
 */
export const createScramVerifier = async (
  secret: string,
  hash: ScramHash,
  salt: Uint8Array,
  iterations: number = scramIterations,
  derive: DeriveKey = deriveOffLoop,
): Promise<ScramVerifier> => {
  const { name, bytes } = digests[hash];
  const salted = await derive({ secret, salt, iterations, bytes, digest: name });
  const clientKey = hmac(hash, salted, 'Client Key');
  return {
    salt: Buffer.from(salt).toString('base64'),
    iterations,
    storedKey: digest(hash, clientKey).toString('base64'),
    serverKey: hmac(hash, salted, 'Server Key').toString('base64'),
  };
};

/** The StoredKey of a secret that arrives itself, as in PLAIN, under the salt that verifiers share. */
export const deriveStoredKey = async (
  secret: string,
  hash: ScramHash,
  { salt, iterations }: Pick<ScramVerifier, 'salt' | 'iterations'>,
  derive: DeriveKey = deriveOffLoop,
): Promise<Buffer> => {
  const offered = await createScramVerifier(secret, hash, Buffer.from(salt, 'base64'), iterations, derive);
  return Buffer.from(offered.storedKey, 'base64');
};

/** Which of the verifiers the StoredKey is of; -1: none. Compares it with each of them, whichever it is. */
export const findVerifier = (
  storedKey: Uint8Array,
  verifiers: readonly Pick<ScramVerifier, 'storedKey'>[],
): number => {
  let found = -1;
  for (const [at, verifier] of verifiers.entries()) {
    if (sameBytes(storedKey, Buffer.from(verifier.storedKey, 'base64'))) found = at;
  }
  return found;
};

/** For PLAIN, where the secret itself arrives. Takes the same time whether it is right or wrong. */
export const verifySecret = async (
  secret: string,
  hash: ScramHash,
  verifier: ScramVerifier,
  derive: DeriveKey = deriveOffLoop,
): Promise<boolean> => findVerifier(await deriveStoredKey(secret, hash, verifier, derive), [verifier]) === 0;

/** SCRAM tells salt and iterations before it sees which secret the client has, so that one user has one of each. */
export const shareSalt = (verifiers: readonly ScramVerifier[]): boolean =>
  verifiers.every(
    ({ salt, iterations }) => salt === verifiers[0]?.salt && iterations === verifiers[0].iterations,
  );

export const hmac = (hash: ScramHash, key: Uint8Array, text: string): Buffer =>
  createHmac(digests[hash].name, key).update(text).digest();

export const digest = (hash: ScramHash, bytes: Uint8Array): Buffer =>
  createHash(digests[hash].name).update(bytes).digest();

export const digestBytes = (hash: ScramHash): number => digests[hash].bytes;

export const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && timingSafeEqual(left, right);
