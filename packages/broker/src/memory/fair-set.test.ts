import { expect, test } from 'vitest';
import { FairSet } from './fair-set.ts';

function taken(set: FairSet<string>, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => set.take());
}

test('who has little that waits has his turn after one of whoever has much', () => {
  const set = new FairSet<string>();
  for (const thing of ['a1', 'a2', 'a3']) set.add('a', thing);
  set.add('b', 'b1');
  expect(taken(set, 5)).toEqual(['a1', 'b1', 'a2', 'a3', undefined]);
});

test('who comes back goes to the end of the line, behind all who wait', () => {
  const set = new FairSet<string>();
  set.add('a', 'a1');
  set.add('b', 'b1');
  set.add('c', 'c1');
  expect(set.take()).toBe('a1');
  set.add('a', 'a2');
  expect(taken(set, 3)).toEqual(['b1', 'c1', 'a2']);
});

test('each thing waits once, and what was taken out has no turn', () => {
  const set = new FairSet<string>();
  set.add('a', 'a1');
  set.add('a', 'a1');
  set.add('a', 'a2');
  expect(set.size).toBe(2);
  set.delete('a', 'a1');
  set.delete('a', 'a1');
  set.delete('b', 'a2');
  expect(set.size).toBe(1);
  expect(taken(set, 2)).toEqual(['a2', undefined]);
  expect(set.size).toBe(0);
});
