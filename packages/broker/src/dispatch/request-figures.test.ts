import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latencyBoundsMs, RequestFigures } from './request-figures.ts';

const produce = { key: 0, name: 'Produce' };

it('each answer is counted once, and in every bucket that it fits in', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 60_000, noNaN: true })), (times) => {
      const figures = new RequestFigures();
      for (const ms of times) figures.answered(produce, ms);
      const [ofProduce] = figures.all();
      expect(figures.countOf(0)).toBe(times.length);
      for (const { boundMs, count } of ofProduce?.cumulative() ?? [])
        expect(count).toBe(times.filter((ms) => ms <= boundMs).length);
    }),
  );
});

it('an API that nobody asked is not there, and each of them is counted for itself', () => {
  const figures = new RequestFigures();
  figures.answered(produce, 3);
  figures.answered({ key: 1, name: 'Fetch' }, 400);
  figures.answered({ key: 1, name: 'Fetch' }, 100);
  expect([...figures.all()].map(({ api, count, msTotal }) => [api, count, msTotal])).toEqual([
    ['Produce', 1, 3],
    ['Fetch', 2, 500],
  ]);
  expect(figures.countOf(3)).toBe(0);
  expect(latencyBoundsMs).toEqual([...latencyBoundsMs].sort((one, other) => one - other));
});
