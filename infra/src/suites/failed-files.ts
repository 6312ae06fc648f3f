import type { Counts, PlaywrightReport, PlaywrightSuite, VitestReport } from './counts.ts';

/** The files of a run in which something failed, and what their tests counted in it. */
export interface FailedFiles {
  readonly files: readonly string[];
  readonly counted: Counts;
}

/** By their paths. None where the run broke outside of its files: repeating some would not tell why. */
export function failedOfVitest({ testResults }: VitestReport): FailedFiles {
  const failed = testResults.filter((file) => file.status === 'failed');
  const all = failed.flatMap(({ assertionResults }) => assertionResults.map((test) => test.status));
  const broken = failed.filter(({ assertionResults }) => !hasFailed(assertionResults)).length;
  const counted = {
    passed: countOf(all, 'passed'),
    failed: countOf(all, 'failed') + broken,
    skipped: all.filter((status) => status !== 'passed' && status !== 'failed').length,
  };
  return { files: failed.map((file) => file.name), counted };
}

/** By their paths below the folder of the journeys. */
export function failedOfPlaywright({ suites }: PlaywrightReport): FailedFiles {
  const failed = suites
    .map((suite) => ({ file: suite.file, statuses: statusesIn(suite) }))
    .filter(({ statuses }) => statuses.some((status) => status === 'unexpected' || status === 'flaky'));
  const all = failed.flatMap(({ statuses }) => statuses);
  const [passed, skipped] = [countOf(all, 'expected'), countOf(all, 'skipped')];
  const counted = { passed, failed: all.length - passed - skipped, skipped };
  return { files: failed.map(({ file }) => file), counted };
}

/** What a run comes to when its failed files were run again, by themselves. */
export const afterRepeat = (first: Counts, { counted }: FailedFiles, again: Counts): Counts => ({
  passed: first.passed - counted.passed + again.passed,
  failed: first.failed - counted.failed + again.failed,
  skipped: first.skipped - counted.skipped + again.skipped,
});

const hasFailed = (tests: readonly { readonly status: string }[]): boolean =>
  tests.some((test) => test.status === 'failed');

const countOf = (all: readonly string[], status: string): number =>
  all.filter((each) => each === status).length;

const statusesIn = ({ specs, suites = [] }: PlaywrightSuite): readonly string[] => [
  ...specs.flatMap(({ tests }) => tests.map((test) => test.status)),
  ...suites.flatMap(statusesIn),
];
