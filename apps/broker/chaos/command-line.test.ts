import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readCommandLine } from './command-line.ts';

test('what is left out has a default', () => {
  const defaults = { kind: 'run', minutes: 5, seed: 1, only: [], dir: tmpdir() };
  expect(readCommandLine([])).toEqual(defaults);
  expect(readCommandLine(['--minutes', '0.5', '--seed', '7', '--only', 'kill-one'])).toEqual({
    ...defaults,
    minutes: 0.5,
    seed: 7,
    only: ['kill-one'],
  });
  expect(readCommandLine(['-h'])).toEqual({ kind: 'help' });
});

test.each([
  [['--minutes', 'long'], '--minutes is long; it must be a number from 0.5 to 600'],
  [['--minutes', '0'], '--minutes is 0; it must be a number from 0.5 to 600'],
  [['--seed', '-1'], /seed/],
  [['--seed', 'x'], '--seed is x; it must be a whole number from 0 to 999999999'],
  [['--only', 'flood'], /^--only is flood; it must be one of kill-one, /],
  [['--fast'], /--fast/],
])('%j is refused in one line', (args, problem) => {
  const command = readCommandLine(args);
  expect(command).toMatchObject({ kind: 'wrong', problem: expect.not.stringContaining('\n') });
  expect(command.kind === 'wrong' && command.problem).toMatch(problem);
});
