import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;

/**
 * Keeps a secret that we have to give to somebody else, and so cannot hash: AES-256-GCM under a key that is not in the
 * store, and bound to what it is of, so that one row's is nothing in another's.
 */
export const seal = (authSecret: string, purpose: string, of: string, plain: string): string => {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(authSecret, purpose), iv).setAAD(Buffer.from(of));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url');
};

/** Throws when it was sealed under another key, for something else, or changed since. */
export const unseal = (authSecret: string, purpose: string, of: string, sealed: string): string => {
  const bytes = Buffer.from(sealed, 'base64url');
  const iv = bytes.subarray(0, ivBytes);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(authSecret, purpose), iv).setAAD(Buffer.from(of));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const body = bytes.subarray(ivBytes, bytes.length - tagBytes);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
};

const keyOf = (authSecret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', authSecret, '', `weir sealed ${purpose}`, 32));
