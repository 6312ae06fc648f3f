import { expect, test } from 'vitest';
import { readCommandLine, usage } from './command-line.ts';

test('without arguments, two hundred seeds from the first', () => {
  const played = { bug: null, brokers: 1, hasJournal: false };
  expect(readCommandLine([])).toEqual({ kind: 'all', from: 1, count: 200, ...played });
  const given = readCommandLine(['--seeds', '3', '--from=7']);
  expect(given).toEqual({ kind: 'all', from: 7, count: 3, ...played });
  const replayed = readCommandLine(['--seed', '5', '--journal']);
  expect(replayed).toEqual({ kind: 'replay', seed: 5, ...played, hasJournal: true });
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
  [['--mutant', 'none'], /--mutant is none; there are /],
  [['--mutants', '--seed', '4'], /say of which --mutant/],
  [['--nonsense'], /--nonsense/],
  [['7'], /7/],
])('says in one line what is wrong: %j', (args, problem) => {
  const command = readCommandLine(args);
  expect(command).toEqual({ kind: 'wrong', problem: expect.stringMatching(problem) });
  expect(JSON.stringify(command)).not.toContain('\\n');
});

test('tries all mutants in a cell of three, or one, or plays one run with it', () => {
  const tried = { kind: 'mutants', from: 1, count: 200, brokers: 3 };
  expect(readCommandLine(['--mutants'])).toEqual({ ...tried, name: null });
  const name = 'undurable-counts';
  const one = readCommandLine(['--cell', '5', '--mutants', '--mutant', name, '--seeds', '9']);
  expect(one).toEqual({ ...tried, name, brokers: 5, count: 9 });
  const run = { kind: 'replay-mutant', name, seed: 4, brokers: 3 };
  expect(readCommandLine(['--mutant', name, '--seed', '4'])).toEqual(run);
});

test('is asked for help either way', () => {
  expect([readCommandLine(['--help']), readCommandLine(['-h'])]).toEqual([
    { kind: 'help' },
    { kind: 'help' },
  ]);
  expect(usage).toMatch(/^usage: npm run simulate/);
});
