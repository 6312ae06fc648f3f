import { expect, test } from 'vitest';
import { countedRequestBytesMin } from '../limits.ts';
import { objectBytesOf } from './request-room.ts';

test('a fetch of many partitions is counted at what it keeps while it waits, what is small or only passes at nothing', () => {
  const [produce, fetch, metadata] = [0, 1, 3];
  expect(objectBytesOf(fetch, 56_000)).toBeGreaterThan(2_000 * 400);
  expect(objectBytesOf(metadata, 56_000)).toBeGreaterThan(56_000);
  expect(objectBytesOf(produce, 8_000_000)).toBe(0);
  expect(objectBytesOf(fetch, countedRequestBytesMin - 1)).toBe(0);
});
