import { expect, test } from 'vitest';
import { KnownSecrets } from './known-secrets.ts';

test('knows a secret with its verifier only, and forgets the longest unused past its bound', () => {
  const known = new KnownSecrets(Buffer.alloc(32, 1), 2);
  const mac = (secret: string, storedKey = 'stored') => known.macOf(storedKey, secret);
  known.remember('a', mac('right'));
  known.remember('b', mac('right'));
  expect(known.has('a', mac('right'))).toBe(true);
  expect(known.has('a', mac('wrong'))).toBe(false);
  expect(known.has('a', mac('right', 'other'))).toBe(false);
  known.remember('c', mac('right'));
  expect([known.has('a', mac('right')), known.has('b', mac('right')), known.size]).toEqual([true, false, 2]);
  known.forget('a');
  expect(known.has('a', mac('right'))).toBe(false);
});
