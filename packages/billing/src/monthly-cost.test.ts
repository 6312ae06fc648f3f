import { expect, it } from 'vitest';
import { monthlyCostOfCluster, monthlyCostOfPartitions, monthlyCostOfStored } from './monthly-cost.ts';
import { priceBooks } from './price-books.ts';

const terms = { book: priceBooks[0], discountBasisPoints: 0n };
const region = 'LOCAL.local';
const of = (kind: string, units: number | null = null) =>
  monthlyCostOfCluster(terms, { kind, units, region });

it('a cluster costs its hours and its units, and a kind without such prices nothing', () => {
  expect(of('Basic')).toBe(0n);
  expect(of('Standard')).toBe(350_000n * 730n);
  expect(of('Dedicated', 2)).toBe(1_400_000n * 730n * 2n);
  expect(of('of a kind that is not there')).toBe(0n);
});

it('partitions cost what is beyond those that come with a cluster', () => {
  const partitions = (kind: string, count: number) => monthlyCostOfPartitions(terms, { kind, region }, count);
  expect(partitions('Basic', 50)).toBe(0n);
  expect(partitions('Basic', 51)).toBe(1_500n * 730n);
  expect(partitions('Standard', 510)).toBe(1_500n * 730n * 10n);
  expect(partitions('Dedicated', 10_000)).toBe(0n);
});

it('what is stored costs its price of each hour of a month, where its kind has one', () => {
  const tebibyte = 1024n ** 4n;
  expect(monthlyCostOfStored(terms, { kind: 'Basic', region }, tebibyte)).toBe(110n * 730n * 1024n);
  expect(monthlyCostOfStored(terms, { kind: 'of a kind that is not there', region }, tebibyte)).toBe(0n);
});
