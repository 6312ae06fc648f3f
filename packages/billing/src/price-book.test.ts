import fc from 'fast-check';
import { expect, it } from 'vitest';
import { periodOf } from './period.ts';
import { costOf, findPrice, type Price, problemsOf, type Terms } from './price-book.ts';
import { bookOf, findBook, priceBooks } from './price-books.ts';

const [book] = priceBooks;
const terms: Terms = { book, discountBasisPoints: 0n };
const gibibyte = 1024n ** 3n;

const priceOf = (kind: string, meter: Price['meter']): Price => {
  const price = findPrice(book, kind, meter);
  if (price === undefined) throw new Error(`no price for ${meter} of ${kind}`);
  return price;
};

it('has nothing wrong in any book, and each begins after the one before', () => {
  expect(priceBooks.flatMap(problemsOf)).toEqual([]);
  const begins = priceBooks.map(({ fromMs }) => fromMs);
  expect(begins).toEqual(begins.toSorted((one, other) => one - other));
  expect(begins.map((ms) => periodOf(ms).fromMs)).toEqual(begins);
  expect(new Set(priceBooks.map(({ version }) => version)).size).toBe(priceBooks.length);
});

it('finds what is wrong with a book', () => {
  const price = priceOf('Basic', 'bytes_in');
  const tiers = [{ upTo: null, micros: 1n }];
  const wrong = (changed: Partial<Price>) => problemsOf({ ...book, prices: [{ ...price, ...changed }] });
  expect(wrong({ tiers: [] })).toHaveLength(1);
  expect(wrong({ tiers: [{ upTo: 5n, micros: 1n }] })).toHaveLength(1);
  expect(wrong({ tiers: [{ upTo: null, micros: 1n }, ...tiers] })).toHaveLength(1);
  expect(wrong({ tiers: [{ upTo: 5n, micros: 1n }, { upTo: 5n, micros: 1n }, ...tiers] })).toHaveLength(1);
  expect(wrong({ tiers: [{ upTo: null, micros: -1n }] })).toHaveLength(1);
  expect(wrong({ per: 0n })).toHaveLength(1);
  expect(problemsOf({ ...book, prices: [price, price] })).toHaveLength(1);
});

it('rates a month by what was in force when it began, whatever came in between', () => {
  expect(bookOf(periodOf(Date.UTC(2026, 10, 22))).version).toBe('2026-11');
  expect(bookOf(periodOf(Date.UTC(2020, 0))).version).toBe('2026-11');
  expect(findBook('2026-11')).toBe(book);
  expect(findBook('2026-12-nonsense')).toBeNull();
});

it('asks nothing within the free allowance, and the price of each tier for what lies in it', () => {
  const price = priceOf('Basic', 'bytes_in');
  const cost = (quantity: bigint) => costOf(terms, price, 'LOCAL.local', quantity);
  expect(cost(5n * gibibyte)).toBe(0n);
  expect(cost(6n * gibibyte)).toBe(50_000n);
  expect(cost(10_240n * gibibyte)).toBe(10_235n * 50_000n);
  expect(cost(10_241n * gibibyte)).toBe(10_235n * 50_000n + 40_000n);
  expect(() => cost(-1n)).toThrow(RangeError);
});

it('never asks less for more, and never more than the dearest tier for a further quantity', () => {
  const quantity = fc.bigInt({ min: 0n, max: 10n ** 17n });
  for (const price of book.prices) {
    const [dearest = 0n] = price.tiers.map(({ micros }) => micros).sort((one, other) => Number(other - one));
    fc.assert(
      fc.property(quantity, quantity, (first, further) => {
        const cost = (of: bigint) => costOf(terms, price, '', of);
        const more = cost(first + further) - cost(first);
        expect(more >= 0n).toBe(true);
        expect(more * price.per <= further * dearest + price.per).toBe(true);
      }),
    );
  }
});

it('takes a discount and the factor of a region off and on once, before anything is rounded', () => {
  const price = priceOf('Standard', 'bytes_out');
  const regional: Terms = {
    book: { ...book, regionBasisPoints: { 'AWS.far': 12_500n } },
    discountBasisPoints: 2_000n,
  };
  expect(costOf(regional, price, 'AWS.far', gibibyte)).toBe(40_000n);
  expect(costOf(regional, price, 'AWS.near', gibibyte)).toBe(32_000n);
  expect(costOf({ book, discountBasisPoints: 10_000n }, price, '', gibibyte)).toBe(0n);
});
