import { expect, test } from 'vitest';
import { FramePool } from './frame-pool.ts';

test('a frame goes back with its last reference, and its buffer goes round', () => {
  const pool = new FramePool(1 << 20);
  const frame = pool.take(700);
  const { buffer } = frame;
  frame.retain();
  frame.release();
  expect(pool.bytesFree).toBe(0);
  frame.release();
  expect(pool.bytesFree).toBe(1024);
  expect(pool.take(1000).buffer).toBe(buffer);
  expect(pool.bytesFree).toBe(0);
});

test('refuses to be released more often than it was retained', () => {
  const frame = new FramePool(1 << 20).take(1);
  frame.release();
  expect(() => frame.release()).toThrow('more often');
});

test('overwrites what comes back, where a test asks for it, so that a stale view shows', () => {
  const frame = new FramePool(1 << 20, true).take(512);
  const view = frame.buffer.subarray(0, 4).fill(1);
  frame.release();
  expect(view).toEqual(Buffer.from([0xdb, 0xdb, 0xdb, 0xdb]));
});

test('keeps no more free bytes than its bound, and of the sizes that are in use now', () => {
  const pool = new FramePool(4096);
  const large = pool.take(4096);
  const small = [pool.take(512), pool.take(512)];
  large.release();
  expect(pool.bytesFree).toBe(4096);
  for (const frame of small) frame.release();
  expect(pool.bytesFree).toBe(1024);
  const tooLarge = pool.take(8192);
  tooLarge.release();
  expect(pool.bytesFree).toBeLessThanOrEqual(4096);
});

test('hands out room for what is asked, from nothing to the largest frame', () => {
  const pool = new FramePool(0);
  for (const length of [0, 1, 512, 513, 65_536, 65_537]) {
    const frame = pool.take(length);
    expect(frame.length).toBe(length);
    expect(frame.buffer.length).toBeGreaterThanOrEqual(length);
  }
});
