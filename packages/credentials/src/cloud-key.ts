import { createHmac } from 'node:crypto';
import { sameBytes } from './scram.ts';

/**
 * What the control plane keeps of a cloud key's secret: an HMAC under a key that is not in the database, so
 * that neither alone is of use. The id is in it, so that a row cannot be copied onto another key.
 */
export const createCloudVerifier = (keyId: string, secret: string, serverKey: Uint8Array): string =>
  createHmac('sha256', serverKey).update(`weir cloud key\0${keyId}\0${secret}`).digest('base64');

/**
 * What a secret is known by whose key nobody names, as when somebody has found it: an HMAC under a key that is not in
 * the database. It opens nothing, and nothing follows from it.
 */
export const secretFingerprint = (secret: string, serverKey: Uint8Array): string =>
  createHmac('sha256', serverKey).update(`weir secret\0${secret}`).digest('base64');

/** Constant time. */
export const verifyCloudSecret = (
  keyId: string,
  secret: string,
  serverKey: Uint8Array,
  verifier: string,
): boolean =>
  sameBytes(
    Buffer.from(createCloudVerifier(keyId, secret, serverKey), 'base64'),
    Buffer.from(verifier, 'base64'),
  );
