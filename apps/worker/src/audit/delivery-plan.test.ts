import { expect, it } from 'vitest';
import { afterFailure, toldAfterMs } from './delivery-plan.ts';

it('waits longer each time, for five minutes at most, and never gives up', () => {
  const waits = Array.from({ length: 100 }, (_, at) => {
    const failed = { failures: at + 1, failingSinceMs: 0, isTold: true };
    return afterFailure(failed, 1_000).nextMs - 1_000;
  });
  expect(waits.slice(0, 3)).toEqual([1_000, 2_000, 5_000]);
  expect(waits).toEqual(waits.toSorted((left, right) => left - right));
  expect(waits.at(-1)).toBe(300_000);
});

it('administrators are told once, of what has failed for ten minutes', () => {
  const failed = { failures: 3, failingSinceMs: 0, isTold: false };
  expect(afterFailure(failed, toldAfterMs - 1).isToBeTold).toBe(false);
  expect(afterFailure(failed, toldAfterMs).isToBeTold).toBe(true);
  expect(afterFailure({ ...failed, isTold: true }, toldAfterMs * 100).isToBeTold).toBe(false);
});
