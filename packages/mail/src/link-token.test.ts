import { expect, it } from 'vitest';
import { isLinkToken, linkToken, mailIdOf } from './link-token.ts';

const secret = 'a secret for tests that is long enough';
const mailId = '6f1c1d3e-0000-4000-8000-00000000abcd';
const token = linkToken(secret, 'verify-address', mailId);

it('is the same however often a mail is sent, and names its mail', () => {
  expect(linkToken(secret, 'verify-address', mailId)).toBe(token);
  expect(mailIdOf(token)).toBe(mailId);
  expect(isLinkToken(secret, 'verify-address', token)).toBe(true);
});

it('opens nothing for another kind, another mail or under another secret', () => {
  expect(isLinkToken(secret, 'account-exists', token)).toBe(false);
  expect(isLinkToken(`${secret}.`, 'verify-address', token)).toBe(false);
  const other = token.replace(mailId, mailId.replace('abcd', 'abce'));
  expect(isLinkToken(secret, 'verify-address', other)).toBe(false);
});

it('is refused with any one character changed, and in every other form', () => {
  for (let at = 0; at < token.length; at++) {
    const changed = token.slice(0, at) + (token[at] === 'B' ? 'C' : 'B') + token.slice(at + 1);
    // The last character of 43 holds two bits that stand for nothing.
    if (at < token.length - 1) expect(isLinkToken(secret, 'verify-address', changed)).toBe(false);
  }
  for (const text of ['', '.', mailId, `${mailId}.`, `${token}A`, ` ${token}`]) {
    expect(mailIdOf(text)).toBeNull();
    expect(isLinkToken(secret, 'verify-address', text)).toBe(false);
  }
});
