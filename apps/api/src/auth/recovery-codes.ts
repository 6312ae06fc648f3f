import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';

export const recoveryCodesMade = 10;
/** Without those that look like others. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const halfLength = 5;
/** The largest multiple of 31 in a byte. */
const unbiasedBelow = 248;

/** Codes of 49 random bits. They are shown once; from then on only their hashes are anywhere. */
export const makeRecoveryCodes = (): string[] =>
  Array.from({ length: recoveryCodesMade }, () => `${half()}-${half()}`);

const half = (): string => {
  let text = '';
  while (text.length < halfLength) {
    for (const byte of randomBytes(halfLength * 2)) {
      if (byte < unbiasedBelow && text.length < halfLength) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
};

/** What marks a hash among what the auth library takes for codes. */
const mark = 'h:';
const Codes = z.array(z.string());

/**
 * The auth library writes its list of codes through `encrypt` and compares what `decrypt` returns with what it was
 * given. Here the list has hashes in it, made under a key that is not in the store, and what a person gave is hashed
 * before the library sees it; what looks like a hash already was made by this, since a person's text is always hashed.
 */
export const recoveryCodeStore = (authSecret: string) => ({
  encrypt: async (list: string): Promise<string> =>
    JSON.stringify(
      Codes.parse(JSON.parse(list)).map((code) =>
        code.startsWith(mark) ? code : hashRecoveryCode(authSecret, code),
      ),
    ),
  decrypt: async (stored: string): Promise<string> => stored,
});

/** However it was copied: capitals, spaces and a missing dash make no difference. */
export const hashRecoveryCode = (authSecret: string, code: string): string => {
  const key = new Uint8Array(hkdfSync('sha256', authSecret, '', 'weir recovery codes', 32));
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, '');
  return `${mark}${createHmac('sha256', key).update(plain).digest('base64url')}`;
};
