import { expect, it } from 'vitest';
import { figuresOf, type Sample, slowedKinds } from './figures.ts';

const samples = (kind: string, ...took: readonly number[]): Sample[] =>
  took.map((tookMs) => ({ kind, dueMs: 0, tookMs, error: null }));

it('has the middle, the worst of a hundred and the longest', () => {
  const figures = figuresOf(samples('read', ...Array.from({ length: 200 }, (_, at) => 200 - at)));
  expect(figures).toMatchObject({ count: 200, p50Ms: 101, p99Ms: 199, longestMs: 200, errors: [] });
  expect(figuresOf([]).longestMs).toBe(0);
});

it.each([
  [10, 15, false],
  [10, 16, true],
  [1, 3, false],
  [1, 4, true],
])('p99 alone %d ms, beside %d ms: beyond the rule is %s', (alone, beside, isSlowed) => {
  expect(slowedKinds(samples('read', alone), samples('read', beside))).toHaveLength(isSlowed ? 1 : 0);
});

it('compares each kind of request with itself', () => {
  const alone = [...samples('read', 100), ...samples('list', 10)];
  expect(slowedKinds(alone, [...samples('read', 100), ...samples('list', 100)])).toEqual([
    'list 100 ms, alone 10',
  ]);
});
