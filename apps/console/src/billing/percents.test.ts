import { expect, it } from 'vitest';
import { percentsOf, percentsText } from './percents.ts';

it('reads percents as people write them, and shows them in order', () => {
  expect(percentsOf(' 80, 50 %,100,')).toEqual([80, 50, 100]);
  expect(percentsOf('')).toEqual([]);
  expect(percentsText([100, 50])).toBe('50, 100');
});

it('makes a percent of nothing that is none', () => {
  for (const text of ['a', '1e2', '-5', '0x10', '1.5']) expect(percentsOf(text)).toEqual([Number.NaN]);
});
