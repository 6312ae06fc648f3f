import { randomBytes } from 'node:crypto';
import { secretPattern } from '@weir/contracts/api-key-secrets';
import { createSecret, isWellFormedSecret } from '@weir/credentials/api-key';
import { expect, it } from 'vitest';
import { exampleSecret, secretsPage } from './secrets-page.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 bit by bit, from the page's words and from nothing of ours. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, 'ascii')) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function hasRightChecksum(secret: string): boolean {
  const digits = [...secret.slice(38)].map((digit) => alphabet.indexOf(digit));
  return digits.reduce((sum, digit) => sum * 62 + digit, 0) === crc32(secret.slice(0, 38));
}

it('tells a scanner how to know every secret that we make, and none that is mistyped', () => {
  const pattern = new RegExp(`^${secretPattern}$`);
  for (let made = 0; made < 200; made += 1) {
    const secret = createSecret(randomBytes);
    expect([pattern.test(secret), secret.length, hasRightChecksum(secret)]).toEqual([true, 44, true]);
    const mistyped = secret.slice(0, 20) + (secret[20] === 'x' ? 'y' : 'x') + secret.slice(21);
    expect([hasRightChecksum(mistyped), isWellFormedSecret(mistyped)]).toEqual([false, false]);
  }
});

it('gives an example with a right checksum, and the address to report to', () => {
  expect([hasRightChecksum(exampleSecret), isWellFormedSecret(exampleSecret)]).toEqual([true, true]);
  const page = secretsPage('https://api.example.com');
  expect(page).toContain(`\\b${secretPattern}\\b`);
  expect(page).toContain("curl -X POST 'https://api.example.com/iam/v2/leaked-secrets' \\\n");
});
