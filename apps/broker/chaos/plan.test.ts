import { createSeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { drawFaults, faultKinds } from './plan.ts';

function first(seed: number, count: number) {
  const faults = drawFaults(createSeededRandom(seed), faultKinds, [1, 2, 3]);
  return Array.from({ length: count }, () => faults.next().value);
}

test('the same seed gives the same faults, another one others', () => {
  expect(first(7, 40)).toEqual(first(7, 40));
  expect(first(7, 40)).not.toEqual(first(8, 40));
});

test('every kind comes before any comes again', () => {
  const kinds = first(3, faultKinds.length).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual([...faultKinds].toSorted());
});
