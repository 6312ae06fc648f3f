import { readFileSync } from 'node:fs';
import type { Counts } from './counts.ts';
import { afterRepeat, type FailedFiles } from './failed-files.ts';
import { runSuite, type Suite } from './run-suite.ts';

/** A suite of files that can be run by themselves: some of their tests ask how long things take, beside others. */
export interface RepeatableSuite extends Suite {
  readonly repeat: {
    readonly failed: (report: never) => FailedFiles;
    /** The same suite of these files alone, with a report of its own. */
    readonly only: (files: readonly string[]) => Suite;
  };
}

export interface Outcome {
  readonly counts: Counts;
  /** What has failed, by name, as far as a report says. */
  readonly failed: readonly string[];
  /** What failed, and did not when it was run by itself. It is told, since some of it may be a fault that is rare. */
  readonly passedByThemselves: readonly string[];
}

/** With more than these something is broken, and the machine is not what it was. */
const filesMax = 4;

/**
 * A machine is rarely alone: what fails is run once more, one file with nothing beside it, and has failed if it fails
 * again. Nothing is repeated of a suite that crashed, was stopped, or broke outside of its files.
 */
export async function runTwiceAtMost(suite: RepeatableSuite): Promise<Outcome> {
  const first = await runSuite(suite);
  if (first.failed === 0) return { counts: first, failed: [], passedByThemselves: [] };
  const found = failedIn(suite, suite);
  if (found === null || found.counted.failed !== first.failed || found.files.length > filesMax) {
    return { counts: first, failed: found?.names ?? [], passedByThemselves: [] };
  }
  console.log(`\n── ${suite.name}, once more by itself: ${found.files.join(', ')}`);
  const repeated = suite.repeat.only(found.files);
  const again = await runSuite(repeated);
  const counts = afterRepeat(first, found, again);
  if (again.failed === 0) return { counts, failed: [], passedByThemselves: found.names };
  return { counts, failed: failedIn(suite, repeated)?.names ?? found.names, passedByThemselves: [] };
}

/** Null without a report that can be read: runSuite has counted that as a crash. */
const failedIn = ({ repeat }: RepeatableSuite, { report }: Suite): FailedFiles | null => {
  if (report === undefined) return null;
  // The shape is the reporter's contract, and the function takes what its own reporter wrote.
  const failed = repeat.failed as (report: unknown) => FailedFiles;
  try {
    return failed(JSON.parse(readFileSync(report.file, 'utf8')));
  } catch {
    return null;
  }
};
