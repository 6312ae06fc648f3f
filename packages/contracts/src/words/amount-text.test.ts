import { expect, it } from 'vitest';
import { amountText, exactText } from './amount-text.ts';

it('rounds to the cent, and never shows as nothing what is something', () => {
  const shown = (amount: string) => amountText(amount);
  expect(shown('0.000000')).toBe('$0.00');
  expect(shown('0.000001')).toBe('< $0.01');
  expect(shown('0.010000')).toBe('$0.01');
  expect(shown('12.345678')).toBe('$12.35');
  expect(shown('1234567.994999')).toBe('$1,234,567.99');
  expect(shown('-0.500000')).toBe('−$0.50');
  expect(shown('-0.000500')).toBe('−< $0.01');
});

it('keeps all digits that say something', () => {
  expect(
    ['0.050000', '1.400000', '0.000110', '0.000000', '12.000000', '-1234.567890'].map(exactText),
  ).toEqual(['$0.05', '$1.40', '$0.00011', '$0.00', '$12.00', '−$1,234.56789']);
});
