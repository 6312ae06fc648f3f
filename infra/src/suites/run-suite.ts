import { spawn } from 'node:child_process';
import { root } from '../root.ts';
import { type Counts, crashed, readCounts } from './counts.ts';

/** One part of `npm test`. */
export interface Suite {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** After that it is killed, which counts as a failure. */
  readonly minutesMax: number;
  /** How it tells what passed; without it the whole command is one test. */
  readonly report?: { readonly file: string; readonly count: (report: never) => Counts };
}

/** Runs a suite with its output on this terminal. Never throws: what goes wrong is a failed test. */
export async function runSuite(suite: Suite): Promise<Counts> {
  const exitCode = await run(suite);
  if (suite.report === undefined) {
    return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : crashed;
  }
  // The count takes what its own reporter wrote, so the parameter type is the suite's affair.
  return readCounts(suite.report.file, suite.report.count as (report: unknown) => Counts, exitCode);
}

/** The exit code; null when it was killed or could not start. */
function run(suite: Suite): Promise<number | null> {
  const [command, ...args] = suite.command;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: suite.cwd ?? root,
      env: { ...process.env, ...suite.env },
      stdio: ['ignore', 'inherit', 'inherit'],
      // In a group of its own, so that one that hangs is ended with all that it started.
      detached: true,
    });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        // The group may be gone already, which is what was wanted.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const timer = setTimeout(() => {
      console.error(`${suite.name} did not end within ${suite.minutesMax} minutes and is stopped`);
      end();
    }, suite.minutesMax * 60_000);
    const onStop = () => {
      end();
      process.exit(130);
    };
    const stopped = ['SIGINT', 'SIGTERM', 'disconnect'] as const;
    for (const event of stopped) process.once(event, onStop);
    const finish = (code: number | null) => {
      clearTimeout(timer);
      for (const event of stopped) process.off(event, onStop);
      end();
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`${suite.name} could not start: ${error.message}`);
      finish(null);
    });
    child.once('exit', (code) => finish(code));
  });
}
