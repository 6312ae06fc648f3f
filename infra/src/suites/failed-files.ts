import type { Counts, PlaywrightReport, PlaywrightSuite, VitestReport } from './counts.ts';

/** The files of a run in which something failed, and what their tests counted in it. */
export interface FailedFiles {
  readonly files: readonly string[];
  /** What failed, as people are told of it: a file and its test, or a file alone that broke outside of its tests. */
  readonly names: readonly string[];
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
  const names = failed.flatMap(({ name, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    return tests.length === 0 ? [name] : tests.map(({ fullName }) => `${name} > ${fullName}`);
  });
  return { files: failed.map((file) => file.name), names, counted };
}

/** By their paths below the folder of the journeys. */
export function failedOfPlaywright({ suites }: PlaywrightReport): FailedFiles {
  const failed = suites
    .map(({ file, ...suite }) => ({ file, specs: specsIn(suite) }))
    .filter(({ specs }) => specs.some(hasFailedSpec));
  const all = failed.flatMap(({ specs }) => specs.flatMap(({ tests }) => tests.map(({ status }) => status)));
  const names = failed.flatMap(({ file, specs }) =>
    specs.filter(hasFailedSpec).map(({ title }) => `${file} > ${title}`),
  );
  const [passed, skipped] = [countOf(all, 'expected'), countOf(all, 'skipped')];
  const counted = { passed, failed: all.length - passed - skipped, skipped };
  return { files: failed.map(({ file }) => file), names, counted };
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

type Specs = PlaywrightSuite['specs'];

const hasFailedSpec = ({ tests }: Specs[number]): boolean =>
  tests.some(({ status }) => status === 'unexpected' || status === 'flaky');

const specsIn = ({ specs, suites = [] }: Pick<PlaywrightSuite, 'specs' | 'suites'>): Specs => [
  ...specs,
  ...suites.flatMap(specsIn),
];
