import { expect, it } from 'vitest';
import { startPeriodic } from './periodic.ts';

it('goes on after an error, never overlaps, and waits for the run under way when stopped', async () => {
  let runs = 0;
  let inside = 0;
  const errors: unknown[] = [];
  const third = Promise.withResolvers<void>();
  const stop = startPeriodic(
    1,
    async () => {
      inside++;
      expect(inside).toBe(1);
      runs++;
      await Promise.resolve();
      inside--;
      if (runs === 1) throw new Error('once');
      if (runs === 3) third.resolve();
    },
    (cause) => errors.push(cause),
  );
  await third.promise;
  await stop();
  const after = runs;
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs).toBe(after);
  expect(errors).toHaveLength(1);
});
