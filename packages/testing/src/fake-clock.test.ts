import { expect, test } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

test('calls back in order of time, each at its own time, also what a callback schedules', () => {
  const clock = createFakeClock(1000);
  const calls: string[] = [];
  clock.schedule(30, () => calls.push(`late ${clock.now()}`));
  clock.schedule(10, () => {
    calls.push(`early ${clock.now()}`);
    clock.schedule(5, () => calls.push(`nested ${clock.now()}`));
  });
  const cancel = clock.schedule(20, () => calls.push('cancelled'));
  cancel();
  clock.advance(29);
  expect(calls).toEqual(['early 1010', 'nested 1015']);
  expect(clock.nextDue()).toBe(1030);
  clock.advance(1);
  expect(calls.at(-1)).toBe('late 1030');
  expect(clock.nextDue()).toBeNull();
});
