import { expect, it } from 'vitest';
import { domainOf } from './sso.policy.ts';

it('the domain of an address is what stands behind its last @, in lower case', () => {
  expect(domainOf('Ada@Example.COM')).toBe('example.com');
});
