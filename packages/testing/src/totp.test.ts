import { expect, it } from 'vitest';
import { totpOf } from './totp.ts';

/** RFC 6238, appendix B, whose codes have eight digits: these are their last six. */
it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [2_000_000_000, '279037'],
])('shows at second %i what the RFC says', (second, code) => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect(totpOf(`otpauth://totp/x?secret=${secret}`, second * 1000)).toBe(code);
});
