import { expect, test } from 'vitest';
import { RateDemand } from './rate-demand.ts';
import { TokenBucket } from './token-bucket.ts';

/** What is wanted after each half second in which so much was taken. */
function wantedOf(taken: readonly number[], perSecond = 10_000, limit = 30_000): number[] {
  const bucket = new TokenBucket(perSecond, 0);
  const demand = new RateDemand();
  return taken.map((amount, index) => {
    bucket.charge(amount, 500 * index + 250);
    demand.look(bucket, 500 * (index + 1));
    return demand.wanted(limit);
  });
}

test('what is wanted is what was used and a quarter more: it rises at once', () => {
  expect(wantedOf([100, 1_000])).toEqual([250, 2_500]);
});

test('it falls within a few seconds, so that a pause between two bursts is no end of them', () => {
  const wanted = wantedOf([1_000, ...Array<number>(12).fill(0)]);
  expect(wanted[1]).toBeGreaterThan(1_250);
  expect(wanted[4]).toBeLessThan(850);
  expect(wanted[12]).toBeLessThan(10);
});

test('who was made to wait wants all there is, until a second after that', () => {
  const wanted = wantedOf([25_000, 0, 0, 0, 0]);
  expect(wanted.slice(0, 2)).toEqual([30_000, 30_000]);
  expect(wanted[4]).toBeLessThan(30_000);
});

test('looks that follow each other closely say nothing, and of no limit nothing is wanted', () => {
  const bucket = new TokenBucket(10_000, 0);
  const demand = new RateDemand();
  demand.look(bucket, 1_000);
  bucket.charge(500, 1_010);
  demand.look(bucket, 1_010);
  expect(demand.wanted(30_000)).toBe(0);
  demand.look(bucket, 1_500);
  expect(demand.wanted(30_000)).toBe(1_250);
  expect(demand.wanted(Number.MAX_SAFE_INTEGER)).toBe(0);
});
