import { expect, it } from 'vitest';
import { accountName, deviceCookie, deviceSeconds, readDeviceCookie } from './device-cookie.ts';

const secret = 'a secret for tests that is long enough';
const account = accountName('ada@example.com', secret);
const now = Date.UTC(2026, 0, 1);
const cookie = deviceCookie(account, secret, now);

it('knows a browser of the account, however the address is written, for half a year', () => {
  const same = accountName(' Ada@Example.com ', secret);
  expect(readDeviceCookie(cookie, same, secret, now)).not.toBeNull();
  expect(readDeviceCookie(cookie, account, secret, now + deviceSeconds * 1000)).not.toBeNull();
  expect(readDeviceCookie(cookie, account, secret, now + (deviceSeconds + 1) * 1000)).toBeNull();
});

it('is worth nothing for another account, under another secret, or changed', () => {
  expect(readDeviceCookie(cookie, accountName('eve@example.com', secret), secret, now)).toBeNull();
  expect(readDeviceCookie(cookie, account, `${secret}.`, now)).toBeNull();
  const parts = cookie.split('.');
  for (let at = 0; at < parts.length; at++) {
    const changed = parts.with(at, `${parts[at]}0`).join('.');
    expect(readDeviceCookie(changed, account, secret, now)).toBeNull();
  }
  for (const nonsense of [undefined, '', '....', 'a.b.c', `${cookie}.x`]) {
    expect(readDeviceCookie(nonsense, account, secret, now)).toBeNull();
  }
});

it('does not tell whose it is', () => {
  expect(cookie).not.toContain('ada');
});
