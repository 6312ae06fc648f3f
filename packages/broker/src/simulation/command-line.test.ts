import { expect, test } from 'vitest';
import { readCommandLine, usage } from './command-line.ts';

test('without arguments, two hundred seeds from the first', () => {
  expect(readCommandLine([])).toEqual({ kind: 'all', from: 1, count: 200, bug: null, brokers: 1 });
  const given = readCommandLine(['--seeds', '3', '--from=7']);
  expect(given).toEqual({ kind: 'all', from: 7, count: 3, bug: null, brokers: 1 });
  expect(readCommandLine(['--seed', '5'])).toEqual({ kind: 'replay', seed: 5, bug: null, brokers: 1 });
});

test.each([
  [['--seeds', 'abc'], /--seeds is abc/],
  [['--seeds', '0'], /--seeds is 0; it must be a whole number from 1/],
  [['--seeds', '-5'], /--seeds/],
  [['--seed', '-5'], /--seed/],
  [['--seed=-5'], /--seed is -5/],
  [['--seed'], /--seed/],
  [['--from', '1.5'], /--from is 1.5/],
  [['--bug', 'none'], /--bug is none; there are /],
  [['--nonsense'], /--nonsense/],
  [['7'], /7/],
])('says in one line what is wrong: %j', (args, problem) => {
  const command = readCommandLine(args);
  expect(command).toEqual({ kind: 'wrong', problem: expect.stringMatching(problem) });
  expect(JSON.stringify(command)).not.toContain('\\n');
});

test('is asked for help either way', () => {
  expect([readCommandLine(['--help']), readCommandLine(['-h'])]).toEqual([
    { kind: 'help' },
    { kind: 'help' },
  ]);
  expect(usage).toMatch(/^usage: npm run simulate/);
});
