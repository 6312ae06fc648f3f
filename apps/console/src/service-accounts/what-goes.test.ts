import { expect, test } from 'vitest';
import { whatGoes } from './what-goes.ts';

test('a deletion says how many keys and roles go, and what of it clients notice', () => {
  const [keys, roles, rest] = whatGoes({ keys: 2, roles: 1, rolesOnIt: 3 });
  expect(keys).toBe(
    '2 keys are revoked: clients that use them are disconnected within seconds and cannot come back.',
  );
  expect(roles).toBe('It loses 1 role, and 3 roles of others on it end.');
  expect(rest).toContain('ACLs, client quotas, spend limits and budgets that name it stay');
});

test('an account on which nothing hangs goes unnoticed, and the sentence says so', () => {
  expect(whatGoes({ keys: 0, roles: 0, rolesOnIt: 0 }).slice(0, 2)).toEqual([
    'It has no keys, so no client notices.',
    'It loses no role.',
  ]);
});
