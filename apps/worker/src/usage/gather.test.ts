import { expect, it } from 'vitest';
import { Gather } from './gather.ts';

const gatherOf = (run: (items: readonly number[]) => Promise<void>, isOfItem = true) =>
  new Gather<number>({ run, weightOf: (item) => item, weightMax: 10, isOfItem: () => isOfItem });

it('does together what comes while a run is under way, up to a weight, in order', async () => {
  const runs: (readonly number[])[] = [];
  const gather = gatherOf(async (items) => void runs.push(items));
  await Promise.all([3, 4, 99, 5, 5, 1].map((item) => gather.add(item)));
  expect(runs).toEqual([[3, 4], [99], [5, 5], [1]]);
  await gather.add(2);
  expect(runs.at(-1)).toEqual([2]);
});

it('tries each alone where a run fails by one of its items, and tells whose it was', async () => {
  const done: number[] = [];
  const gather = gatherOf(async (items) => {
    if (items.includes(2)) throw new Error('two cannot be done');
    done.push(...items);
  });
  const settled = await Promise.allSettled([1, 2, 3].map((item) => gather.add(item)));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(done).toEqual([1, 3]);
});

it('tries nothing alone where none of the items is why it failed', async () => {
  let runs = 0;
  const away = async () => {
    runs += 1;
    throw new Error('the store is away');
  };
  const gather = gatherOf(away, false);
  const settled = await Promise.allSettled([1, 2, 3].map((item) => gather.add(item)));
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  expect(runs).toBe(1);
});
