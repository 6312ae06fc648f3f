import { expect, test } from 'vitest';
import { FramePool } from '../memory/frame-pool.ts';
import { Tail, TailCache } from './tail-cache.ts';

const pool = () => new FramePool(1 << 20, true);

test('lets go of the oldest batches, over all partitions, once its bytes are spent', () => {
  const frames = pool();
  const cache = new TailCache(2048);
  const [one, other] = [new Tail(), new Tail()];
  for (const [index, tail] of [one, other, one].entries()) {
    const frame = frames.take(1024);
    cache.add(tail, index, index, frame.buffer.subarray(0, 10), frame);
    frame.release();
  }
  expect(cache.bytes).toBe(2048);
  expect([one.firstOffset, other.firstOffset]).toEqual([2, 1]);
  expect(frames.bytesFree).toBe(1024);
});

test('counts a frame once, however many partitions have a batch in it', () => {
  const frames = pool();
  const cache = new TailCache(4096);
  const frame = frames.take(1024);
  for (const offset of [0, 1, 2]) cache.add(new Tail(), offset, offset, frame.buffer, frame);
  expect(cache.bytes).toBe(1024);
});

test('keeps nothing of a frame that is larger than the cache, whichever batch of it comes', () => {
  const frames = pool();
  const cache = new TailCache(1024);
  const tails = [new Tail(), new Tail(), new Tail()];
  const frame = frames.take(4096);
  for (const tail of tails) cache.add(tail, 0, 0, frame.buffer.subarray(0, 10), frame);
  frame.release();
  expect(tails.map((tail) => tail.firstOffset)).toEqual(tails.map(() => Number.POSITIVE_INFINITY));
  expect(frames.bytesFree).toBe(4096);
});

test('has no gap: a batch that was not kept ends what was kept before it', () => {
  const frames = pool();
  const cache = new TailCache(1024);
  const tail = new Tail();
  for (const [offset, bytes] of [512, 4096, 512].entries()) {
    const frame = frames.take(bytes);
    cache.add(tail, offset, offset, frame.buffer.subarray(0, 10), frame);
    frame.release();
  }
  expect(tail.firstOffset).toBe(2);
});

test('finds the batch that holds an offset', () => {
  const frames = pool();
  const cache = new TailCache(1 << 20);
  const tail = new Tail();
  for (const [base, last] of [
    [10, 14],
    [15, 15],
    [16, 30],
  ] as const) {
    const frame = frames.take(512);
    cache.add(tail, base, last, frame.buffer, frame);
  }
  expect([10, 14, 15, 16, 30].map((offset) => tail.indexOf(offset))).toEqual([0, 0, 1, 2, 2]);
});
