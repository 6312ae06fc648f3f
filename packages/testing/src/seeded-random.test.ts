import { expect, test } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

test('one seed gives one sequence, another seed another', () => {
  const draw = (seed: number) => {
    const random = createSeededRandom(seed);
    return Array.from({ length: 50 }, () => random.integer(0, 1_000_000));
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('draws every integer of a range, ends included, about equally often', () => {
  const random = createSeededRandom(1);
  const counts = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 10_000; draw++) {
    const value = random.integer(3, 7) - 3;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(1800);
});

test('shuffle keeps every item, and a fork does not shift its parent', () => {
  const random = createSeededRandom(3);
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(random.shuffle(items).toSorted()).toEqual(items);
  const [one, other] = [createSeededRandom(9), createSeededRandom(9)];
  one.fork().bytes(100);
  other.fork();
  expect(one.next()).toBe(other.next());
});
