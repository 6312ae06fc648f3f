import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('two seconds of quota may be used at once, and what goes over is waited for', () => {
  const bucket = new TokenBucket(1_000, 0);
  expect(bucket.charge(2_000, 0)).toBe(0);
  expect(bucket.charge(500, 0)).toBe(500);
  expect(bucket.charge(0, 500)).toBe(0);
});

test('over time no more than the rate gets through, by a client that keeps to what it is told', () => {
  const bucket = new TokenBucket(1_000, 0);
  let now = 0;
  let sent = 0;
  while (now < 60_000) {
    sent += 700;
    now += bucket.charge(700, now);
  }
  expect(sent).toBeLessThanOrEqual(62_000 + 700);
  expect(sent).toBeGreaterThan(59_000);
});

test('unused quota is not saved for longer than two seconds', () => {
  const bucket = new TokenBucket(1_000, 0);
  expect(bucket.charge(2_001, 3_600_000)).toBe(1);
});

test('a wait is never longer than thirty seconds, and what is left of the debt shows in the next one', () => {
  const bucket = new TokenBucket(1_000, 0);
  expect(bucket.charge(102_000, 0)).toBe(30_000);
  expect(bucket.charge(0, 30_000)).toBe(30_000);
  expect(bucket.charge(0, 60_000)).toBe(30_000);
  expect(bucket.charge(0, 90_000)).toBe(10_000);
});

test('a new rate holds from the next charge on, and without bound nothing is counted', () => {
  const bucket = new TokenBucket(1_000, 0);
  bucket.perSecond = 100;
  expect(bucket.charge(300, 0)).toBe(1_000);
  bucket.perSecond = Number.MAX_SAFE_INTEGER;
  expect(bucket.charge(1e12, 0)).toBe(0);
});
