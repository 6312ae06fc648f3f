import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countPlaywright, countVitest } from './counts.ts';
import { failedOfPlaywright, failedOfVitest } from './failed-files.ts';
import { type RepeatableSuite, runTwiceAtMost } from './run-twice.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-twice-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const testFile = (name: string, ...statuses: readonly string[]) => ({
  name,
  status: statuses.includes('failed') || statuses.length === 0 ? 'failed' : 'passed',
  assertionResults: statuses.map((status, at) => ({ fullName: `test ${at}`, status })),
});

const reportOf = (...testResults: readonly ReturnType<typeof testFile>[]) => {
  const all = testResults.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const failed = all.filter((status) => status === 'failed').length;
  return {
    success: testResults.every(({ status }) => status === 'passed'),
    numPassedTests: all.filter((status) => status === 'passed').length,
    numFailedTests: failed,
    numPendingTests: all.filter((status) => status === 'pending').length,
    numTodoTests: 0,
    testResults,
  };
};

const trial = (name: string, reports: readonly object[], exitCode = 1): RepeatableSuite => {
  const of = (round: number) => {
    const file = join(directory, `${name}-${round}.json`);
    const code = round === 0 ? exitCode : Number(JSON.stringify(reports[round]).includes('"failed"'));
    return {
      name,
      command: ['sh', '-c', `exit ${code}`] as const,
      minutesMax: 1,
      report: { file, count: countVitest },
    };
  };
  reports.forEach((report, round) => {
    writeFileSync(join(directory, `${name}-${round}.json`), JSON.stringify(report));
  });
  return { ...of(0), repeat: { failed: failedOfVitest, only: () => of(1) } };
};

test('what failed beside others and passes by itself has passed, and is named', async () => {
  const first = reportOf(testFile('a', 'passed', 'passed'), testFile('b', 'passed', 'failed', 'pending'));
  const suite = trial('passes', [first, reportOf(testFile('b', 'passed', 'passed', 'pending'))]);
  expect(await runTwiceAtMost(suite)).toEqual({
    counts: { passed: 4, failed: 0, skipped: 1 },
    failed: [],
    passedByThemselves: ['b > test 1'],
  });
});

test('what fails by itself too has failed, also where another test of its file did before', async () => {
  const first = reportOf(testFile('a', 'passed'), testFile('b', 'passed', 'failed'));
  const suite = trial('fails', [first, reportOf(testFile('b', 'failed', 'passed'))]);
  expect(await runTwiceAtMost(suite)).toEqual({
    counts: { passed: 2, failed: 1, skipped: 0 },
    failed: ['b > test 0'],
    passedByThemselves: [],
  });
});

test('a file that broke outside of its tests is repeated as well', async () => {
  const suite = trial('broke', [reportOf(testFile('b')), reportOf(testFile('b', 'passed'))]);
  expect(await runTwiceAtMost(suite)).toEqual({
    counts: { passed: 1, failed: 0, skipped: 0 },
    failed: [],
    passedByThemselves: ['b'],
  });
});

test('nothing is repeated where much failed, which is named, where a run broke outside of its files, or left no report', async () => {
  const good = reportOf(testFile('b', 'passed'));
  const many = reportOf(...['a', 'b', 'c', 'd', 'e'].map((name) => testFile(name, 'failed')));
  const outcome = await runTwiceAtMost(trial('many', [many, good]));
  expect(outcome.counts.failed).toBe(5);
  expect(outcome.failed).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `${name} > test 0`));
  const outside = { ...reportOf(testFile('a', 'passed')), success: false };
  expect((await runTwiceAtMost(trial('outside', [outside, good]))).counts.failed).toBe(1);
  const none = trial('none', [good, good]);
  rmSync(join(directory, 'none-0.json'));
  expect((await runTwiceAtMost(none)).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('of journeys, those of a file count together, at any depth', () => {
  const spec = (status: string) => ({ title: `is ${status}`, tests: [{ status }] });
  const report = {
    suites: [
      { file: 'keys.spec.ts', specs: [spec('expected')] },
      {
        file: 'pages.spec.ts',
        specs: [spec('unexpected')],
        suites: [{ file: 'pages.spec.ts', specs: [spec('expected'), spec('skipped')] }],
      },
    ],
    stats: { expected: 2, unexpected: 1, flaky: 0, skipped: 1 },
    errors: [],
  };
  const found = failedOfPlaywright(report);
  expect(found).toEqual({
    files: ['pages.spec.ts'],
    names: ['pages.spec.ts > is unexpected'],
    counted: { passed: 1, failed: 1, skipped: 1 },
  });
  expect(found.counted.failed).toBe(countPlaywright(report).failed);
});
