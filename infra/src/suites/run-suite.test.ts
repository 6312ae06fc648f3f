import { expect, test } from 'vitest';
import { runSuite } from './run-suite.ts';

const suite = (script: string) => ({
  name: 'trial',
  command: ['sh', ['-c'], script].flat() as [string],
  minutesMax: 1,
});

test('a command is one test, and fails by its status, by a signal, or by not being there', async () => {
  expect(await runSuite(suite('exit 0'))).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect((await runSuite(suite('exit 3'))).failed).toBe(1);
  expect((await runSuite(suite('kill -9 $$'))).failed).toBe(1);
  expect((await runSuite({ ...suite(''), command: ['no-such-program-here'] })).failed).toBe(1);
});

test('a suite that does not end is ended, with what it started', async () => {
  const started = performance.now();
  expect((await runSuite({ ...suite('sleep 50 & sleep 50'), minutesMax: 0.3 / 60 })).failed).toBe(1);
  expect(performance.now() - started).toBeLessThan(5000);
});
