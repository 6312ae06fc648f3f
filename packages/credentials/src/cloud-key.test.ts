import { expect, it } from 'vitest';
import { createCloudVerifier, verifyCloudSecret } from './cloud-key.ts';

const serverKey = Buffer.alloc(32, 7);

it('accepts the secret of that key under that server key, and nothing else', () => {
  const verifier = createCloudVerifier('KEY1', 'weir_a', serverKey);
  expect(verifyCloudSecret('KEY1', 'weir_a', serverKey, verifier)).toBe(true);
  expect(verifyCloudSecret('KEY1', 'weir_b', serverKey, verifier)).toBe(false);
  expect(verifyCloudSecret('KEY2', 'weir_a', serverKey, verifier)).toBe(false);
  expect(verifyCloudSecret('KEY1', 'weir_a', Buffer.alloc(32, 8), verifier)).toBe(false);
  expect(verifyCloudSecret('KEY1', 'weir_a', serverKey, '')).toBe(false);
});

it('keeps nothing from which the secret could be read', () => {
  expect(createCloudVerifier('KEY1', 'weir_a', serverKey)).not.toContain('weir_a');
});
