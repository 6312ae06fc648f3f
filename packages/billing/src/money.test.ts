import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalText, microsOf, shareOut, toCents } from './money.ts';

const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });

it('writes an amount so that it is read as the same', () => {
  expect([0n, 1n, -1n, 12_345_678n, -500_000n].map(decimalText)).toEqual([
    '0.000000',
    '0.000001',
    '-0.000001',
    '12.345678',
    '-0.500000',
  ]);
  fc.assert(
    fc.property(amount, (micros) => {
      expect(microsOf(decimalText(micros))).toBe(micros);
    }),
  );
});

it('reads nothing but decimals as an amount', () => {
  for (const text of ['', '1e3', '1.', '.5', '1.0000001', '0x10', ' 1', '--1', '1,5', 'NaN'])
    expect(() => microsOf(text), text).toThrow(RangeError);
  expect(microsOf('2.5')).toBe(2_500_000n);
});

it('shares a whole out without losing or adding any of it', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 18n }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), weights, (whole, given) => {
      const total = given.reduce((sum, weight) => sum + weight, 0n);
      fc.pre(total > 0n);
      const parts = shareOut(whole, given);
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole);
      parts.forEach((part, index) => {
        const exact = whole * (given[index] ?? 0n);
        // Less than one micro-unit off.
        expect(part * total > exact - total && part * total < exact + total).toBe(true);
      });
    }),
  );
});

it('shares nothing out where there is nobody, and refuses to lose what there is', () => {
  expect(shareOut(0n, [0n, 0n])).toEqual([0n, 0n]);
  expect(() => shareOut(1n, [0n])).toThrow(RangeError);
  expect(() => shareOut(1n, [])).toThrow(RangeError);
});

it('pays whole cents, and carries less than one to what comes next', () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 30 }), (owed) => {
      let carried = 0n;
      let payable = 0n;
      for (const micros of owed) {
        const cents = toCents(micros, carried);
        expect(cents.payable % 10_000n).toBe(0n);
        expect(cents.carried >= 0n && cents.carried < 10_000n).toBe(true);
        payable += cents.payable;
        carried = cents.carried;
      }
      expect(payable + carried).toBe(owed.reduce((sum, micros) => sum + micros, 0n));
    }),
  );
});
