import { crc32 } from 'node:zlib';

/** How many random bytes are wanted; the caller's cryptographic source, `crypto.randomBytes` in a process. */
export type RandomBytes = (length: number) => Uint8Array;

const keyIdAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const keyIdLength = 16;
/** The largest multiple of 36 in a byte: bytes from here on would favour the first letters. */
const unbiasedBelow = 252;

const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const prefix = 'weir_';
const secretBytes = 24;
/** 62^33 is the first power beyond 2^192, and 62^6 the first beyond 2^32. */
const bodyLength = 33;
const checksumLength = 6;

/** The public half of an API key: 16 capitals and digits, 82 random bits. */
export const createKeyId = (randomBytes: RandomBytes): string => {
  let id = '';
  while (id.length < keyIdLength) {
    for (const byte of randomBytes(keyIdLength * 2)) {
      if (byte < unbiasedBelow && id.length < keyIdLength) id += keyIdAlphabet[byte % 36];
    }
  }
  return id;
};

/**
 * The secret half: `weir_`, 192 random bits in base62, and a checksum over both. The prefix lets secret
 * scanners find a leaked one, the checksum tells a mistyped one without asking any store.
 */
export const createSecret = (randomBytes: RandomBytes): string => {
  const body = base62(BigInt(`0x${Buffer.from(randomBytes(secretBytes)).toString('hex')}`), bodyLength);
  return `${prefix}${body}${checksumOf(body)}`;
};

/** Whether a text has the form of our secrets. Says nothing about whether it opens anything. */
export const isWellFormedSecret = (text: string): boolean => {
  if (!text.startsWith(prefix) || text.length !== prefix.length + bodyLength + checksumLength) return false;
  const body = text.slice(prefix.length, prefix.length + bodyLength);
  return text.slice(prefix.length + bodyLength) === checksumOf(body);
};

export const isWellFormedKeyId = (text: string): boolean => /^[A-Z0-9]{16}$/.test(text);

const checksumOf = (body: string): string => base62(BigInt(crc32(prefix + body)), checksumLength);

const base62 = (value: bigint, length: number): string => {
  let rest = value;
  let text = '';
  for (let digit = 0; digit < length; digit++) {
    text = base62Alphabet.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
};
