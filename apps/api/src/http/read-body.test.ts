import { expect, it } from 'vitest';
import { expectModest, jsonDepthMax, jsonEntriesMax } from './read-body.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

it('takes bodies as deep as anybody writes them, and none that is deeper than whatever reads them', () => {
  expect(() => expectModest(nested(jsonDepthMax))).not.toThrow();
  for (const levels of [jsonDepthMax + 1, 5_000, 900_000]) {
    expect(() => expectModest(nested(levels))).toThrow(/levels/);
  }
});

it('takes as many values as a body of ours has, and no flood of them', () => {
  expect(() => expectModest(Array.from({ length: jsonEntriesMax }, () => 0))).not.toThrow();
  expect(() => expectModest(Array.from({ length: jsonEntriesMax + 1 }, () => []))).toThrow(/values/);
  expect(() => expectModest('text')).not.toThrow();
  expect(() => expectModest(null)).not.toThrow();
});
