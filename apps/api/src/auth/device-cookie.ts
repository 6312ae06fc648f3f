import { createHmac, randomBytes } from 'node:crypto';
import { sameSecret } from '../http/same-secret.ts';

/** How long a browser is known after its last sign-in. */
export const deviceSeconds = 180 * 24 * 3600;
const nonceBytes = 12;

/** A browser in which somebody signed in to an account before. */
export interface KnownDevice {
  readonly nonce: string;
}

/**
 * What a browser keeps of a sign-in that succeeded there: the account as a keyed hash, and a number of its own.
 * It signs nobody in. It only tells the account's own browsers from strangers who guess, so that those can be
 * refused without locking the owner out.
 * https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export const deviceCookie = (account: string, secret: string, nowMs: number): string => {
  const part = `${account}.${randomBytes(nonceBytes).toString('base64url')}.${Math.floor(nowMs / 1000)}`;
  return `${part}.${macOf(part, secret)}`;
};

/** Null where it is none of ours, of another account, or too old. */
export const readDeviceCookie = (
  value: string | undefined,
  account: string,
  secret: string,
  nowMs: number,
): KnownDevice | null => {
  const [of, nonce, issuedAt, mac, ...rest] = (value ?? '').split('.');
  if (!of || !nonce || !issuedAt || !mac || rest.length > 0) return null;
  if (!sameSecret(mac, macOf(`${of}.${nonce}.${issuedAt}`, secret)) || of !== account) return null;
  return nowMs / 1000 - Number(issuedAt) <= deviceSeconds ? { nonce } : null;
};

/** An account in counts and cookies: its address stands nowhere as it is. */
export const accountName = (email: string, secret: string): string =>
  createHmac('sha256', secret).update(`sign-in:${email.trim().toLowerCase()}`).digest('base64url');

const macOf = (part: string, secret: string): string =>
  createHmac('sha256', secret).update(`weir device ${part}`).digest('base64url');
