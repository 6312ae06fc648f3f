import { expect, it } from 'vitest';
import { filterOf } from './filter-of.ts';

it('writes names with commas between them as a filter, and nothing for nothing', () => {
  expect(filterOf('eng')).toBe('"eng" in groups');
  expect(filterOf(' eng, a "quoted" one,,')).toBe('"eng" in groups || "a \\"quoted\\" one" in groups');
  expect(filterOf(' , ')).toBe('');
});
