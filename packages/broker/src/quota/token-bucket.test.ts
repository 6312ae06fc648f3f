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

test('is overdrawn once more is owed than one wait pays for, until that is paid down to it', () => {
  const bucket = new TokenBucket(1_000, 0);
  bucket.charge(32_000, 0);
  expect(bucket.isOverdrawn(0)).toBe(false);
  bucket.charge(5_000, 0);
  expect([bucket.isOverdrawn(0), bucket.isOverdrawn(4_999), bucket.isOverdrawn(5_000)]).toEqual([
    ...[true, true, false],
  ]);
  bucket.setRate(Number.MAX_SAFE_INTEGER, 5_000);
  bucket.charge(1e12, 5_000);
  expect(bucket.isOverdrawn(5_000)).toBe(false);
});

test('a new rate holds from the next charge on, and without bound nothing is counted', () => {
  const bucket = new TokenBucket(1_000, 0);
  bucket.setRate(100, 0);
  expect(bucket.charge(300, 0)).toBe(1_000);
  bucket.setRate(Number.MAX_SAFE_INTEGER, 0);
  expect(bucket.charge(1e12, 0)).toBe(0);
});

test('what was earned at one rate stays when another begins', () => {
  const bucket = new TokenBucket(1_000, 0);
  bucket.charge(2_000, 0);
  bucket.setRate(10, 1_000);
  expect(bucket.charge(20, 1_000)).toBe(0);
  expect(bucket.charge(10, 1_000)).toBe(1_000);
});

test('while it is lower than usual the usual may be used at once and is what a wait is reckoned by, but no more gets through', () => {
  const bucket = new TokenBucket(1_000, 0);
  bucket.setRate(10, 0, 500);
  expect(bucket.charge(1_000, 0)).toBe(0);
  expect(bucket.charge(100, 0)).toBe(200);
  expect(bucket.charge(0, 9_000)).toBe(20);
  let now = 10_000;
  let sent = 0;
  while (now < 610_000) {
    sent += 50;
    now += Math.max(bucket.charge(50, now), 1);
  }
  expect(sent).toBeLessThanOrEqual(600 * 10 + 500 * 30 + 50);
  expect(bucket.taken).toBe(1_100 + sent);
});

test('tells that somebody waits, and for a while that somebody had to', () => {
  const bucket = new TokenBucket(1_000, 0);
  expect(bucket.hasHeldUp(0, 500)).toBe(false);
  bucket.charge(3_000, 0);
  expect(bucket.hasHeldUp(999, 100)).toBe(true);
  expect(bucket.hasHeldUp(1_100, 2_000)).toBe(true);
  expect(bucket.hasHeldUp(1_100, 500)).toBe(false);
});
