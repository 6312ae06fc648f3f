import { expect, it } from 'vitest';
import {
  hashRecoveryCode,
  makeRecoveryCodes,
  recoveryCodeStore,
  recoveryCodesMade,
} from './recovery-codes.ts';

const secret = 'a secret for tests that is long enough';
const store = recoveryCodeStore(secret);

it('are all different, and easy to copy', () => {
  const codes = Array.from({ length: 100 }, makeRecoveryCodes).flat();
  expect(new Set(codes).size).toBe(100 * recoveryCodesMade);
  for (const code of codes) expect(code).toMatch(/^[a-hj-km-np-z2-9]{5}-[a-hj-km-np-z2-9]{5}$/);
});

it('stand in the store as hashes only, which are no codes, and stay the same when one of them is taken out', async () => {
  const codes = makeRecoveryCodes();
  const stored = await store.encrypt(JSON.stringify(codes));
  for (const code of codes) expect(stored).not.toContain(code);
  const hashes: string[] = JSON.parse(await store.decrypt(stored));
  expect(hashes).toContain(hashRecoveryCode(secret, ` ${codes[0]?.toUpperCase().replace('-', ' ')} `));
  expect(hashes).not.toContain(hashRecoveryCode(secret, hashes[0] ?? ''));
  expect(hashes).not.toContain(hashRecoveryCode(`${secret}.`, codes[0] ?? ''));
  const left = hashes.slice(1);
  expect(JSON.parse(await store.encrypt(JSON.stringify(left)))).toEqual(left);
});
