import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Counts, countPlaywright, countVitest, readCounts, sum } from './counts.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-counts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const vitest = {
  success: true,
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: [{ name: 'a', status: 'passed', assertionResults: [{ fullName: 'one', status: 'passed' }] }],
};

test('vitest: failed tests, files that broke outside of tests, and errors outside of files all count', () => {
  expect(countVitest(vitest)).toEqual({ passed: 5, failed: 0, skipped: 1 });
  const broken = { name: 'b', status: 'failed', assertionResults: [] };
  const failing = { name: 'c', status: 'failed', assertionResults: [{ fullName: 'one', status: 'failed' }] };
  const report = { ...vitest, success: false, numFailedTests: 1, testResults: [broken, failing] };
  expect(countVitest(report).failed).toBe(2);
  expect(countVitest({ ...vitest, success: false }).failed).toBe(1);
});

test('playwright: flaky is failed, and so is a run that could not begin', () => {
  const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 };
  expect(countPlaywright({ suites: [], stats, errors: [] })).toEqual({ passed: 3, failed: 2, skipped: 2 });
  const none = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  expect(countPlaywright({ suites: [], stats: none, errors: ['no browser'] }).failed).toBe(1);
});

test('a suite without a report has crashed, and one that ended badly is never green', () => {
  const file = join(directory, 'report.json');
  const count = (report: Counts) => report;
  expect(readCounts(file, count, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  writeFileSync(file, '{"passed":2,"fai');
  expect(readCounts(file, count, 0).failed).toBe(1);
  writeFileSync(file, '{"passed":2,"failed":0,"skipped":0}');
  expect(readCounts(file, count, 0).failed).toBe(0);
  expect(readCounts(file, count, null)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  expect(sum([readCounts(file, count, 0), { passed: 1, failed: 3, skipped: 4 }])).toEqual({
    passed: 3,
    failed: 3,
    skipped: 4,
  });
});
