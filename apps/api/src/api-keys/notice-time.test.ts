import { expect, it } from 'vitest';
import { noticeTime } from './notice-time.ts';

const day = 86_400_000;

it.each([
  [null, null],
  [1.9, null],
  [2, 1],
  [13, 12],
  [14, 7],
  [365, 358],
])('of a key that lives for %s days its owner is told on day %s', (life, told) => {
  const at = noticeTime(0, life === null ? null : new Date(life * day));
  expect(at === null ? null : at.getTime() / day).toBe(told);
});
