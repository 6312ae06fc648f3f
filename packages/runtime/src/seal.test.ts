import { expect, it } from 'vitest';
import { seal, unseal } from './seal.ts';

const secret = 'a secret that is long enough for this';

it('opens what it sealed, and looks different each time', () => {
  const sealed = seal(secret, 'p', 'organization-1', 'client secret');
  expect(unseal(secret, 'p', 'organization-1', sealed)).toBe('client secret');
  expect(sealed).not.toContain('client');
  expect(seal(secret, 'p', 'organization-1', 'client secret')).not.toBe(sealed);
});

it('opens nothing of another key, purpose or owner, nor what was changed in any byte', () => {
  const sealed = seal(secret, 'p', 'organization-1', 'client secret');
  expect(() => unseal(`${secret}!`, 'p', 'organization-1', sealed)).toThrow();
  expect(() => unseal(secret, 'q', 'organization-1', sealed)).toThrow();
  expect(() => unseal(secret, 'p', 'organization-2', sealed)).toThrow();
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unseal(secret, 'p', 'organization-1', changed.toString('base64url'))).toThrow();
  }
});
