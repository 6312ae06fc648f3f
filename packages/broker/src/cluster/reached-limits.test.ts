import { expect, test } from 'vitest';
import { ReachedLimits } from './reached-limits.ts';

test('one log line when a limit begins to be met, and another only after a minute of peace', () => {
  let now = 1_000;
  const lines: unknown[] = [];
  const limits = new ReachedLimits('lkc-a', { now: () => now }, { warn: (_, fields) => lines.push(fields) });
  for (let at = 0; at < 100; at += 1) limits.reached('groupsMax');
  expect(lines).toEqual([{ clusterId: 'lkc-a', limit: 'groupsMax' }]);
  now += 59_000;
  limits.reached('groupsMax');
  expect(lines).toHaveLength(1);
  expect(limits.take()).toEqual([{ limit: 'groupsMax', count: 101, sinceMs: 1_000 }]);
  expect(limits.take()).toEqual([]);
  now += 61_000;
  limits.reached('groupsMax');
  expect(lines).toHaveLength(2);
  expect(limits.take()).toEqual([{ limit: 'groupsMax', count: 1, sinceMs: now }]);
  expect(limits.totals().get('groupsMax')).toBe(102);
});
