import { expect, test } from 'vitest';
import { History } from './history.ts';
import { reportLines } from './report.ts';

const resultOf = (history: History) => ({
  history,
  applied: new Map([['kill-one', 2] as const]),
  skipped: new Map([['fill-disk', 'nothing is mounted'] as const]),
  pause: { ms: 2345.6, fault: 'kill-one' },
  refused: 1,
  brokersEnded: 0,
  dir: '/nowhere',
});

test('the last line is the verdict, after what was done and what was skipped', () => {
  const lines = reportLines(resultOf(new History()), 'npm run chaos');
  expect(lines.at(-1)).toBe('8 passed, 0 failed');
  expect(lines).toContain('faults: kill-one 2');
  expect(lines).toContain('skipped: fill-disk, since nothing is mounted');
  expect(lines).toContain('longest time without an acknowledgement: 2346 ms, about kill-one');
});

test('what is wrong is told with its evidence and with how to do it again', () => {
  const history = new History();
  history.acknowledged(0, 0, 'plain 0');
  history.check(0, []);
  const lines = reportLines(resultOf(history), 'npm run chaos -- --seed 9');
  expect(lines).toContain('    0@0: plain 0 was acknowledged, in the end there is nothing');
  expect(lines).toContain('again: npm run chaos -- --seed 9');
  expect(lines.at(-1)).toBe('7 passed, 1 failed');
});
