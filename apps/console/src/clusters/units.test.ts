import { expect, test } from 'vitest';
import { unitsField, unitsMinOf, unitsText } from './units.ts';

test('a number of units is a whole one that the API takes', () => {
  expect(unitsField(1).parse(' 3 ')).toBe(3);
  for (const text of ['', '0', '25', '1.5', 'x']) expect(unitsField(1).safeParse(text).success).toBe(false);
  expect(unitsField(unitsMinOf('MULTI_ZONE')).safeParse('1').success).toBe(false);
  expect(unitsText(1)).toBe('1 unit');
});
