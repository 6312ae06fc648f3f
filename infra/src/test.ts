import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';
import { provideTestTools } from './setup/test-tools.ts';
import { type Counts, countPlaywright, countVitest, sum } from './suites/counts.ts';
import { failedOfPlaywright, failedOfVitest } from './suites/failed-files.ts';
import { runSuite, type Suite } from './suites/run-suite.ts';
import { type RepeatableSuite, runTwiceAtMost } from './suites/run-twice.ts';

// `npm test`: every test there is, ending in one line. Arguments name the suites to run, if not all.

const reports = join(root, 'node_modules', '.cache', 'test-reports');
const reportFile = (name: string) => join(reports, `${name}.json`);
const turbo = (task: string): readonly [string, ...string[]] => [
  'turbo',
  'run',
  task,
  '--output-logs=errors-only',
  '--concurrency=2',
];

function vitestSuite(project: string, minutesMax: number, files: readonly string[] = []): Suite {
  const file = reportFile(files.length === 0 ? project : `${project}-again`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const alone = files.length === 0 ? [] : ['--no-file-parallelism', ...files];
  return {
    name: project,
    command: ['vitest', 'run', '--project', project, ...reporters, ...alone],
    minutesMax,
    report: { file, count: countVitest },
  };
}

const repeatableSuite = (project: string, minutesMax: number): RepeatableSuite => ({
  ...vitestSuite(project, minutesMax),
  repeat: { failed: failedOfVitest, only: (files) => vitestSuite(project, minutesMax, files) },
});

const journeys = join(root, 'e2e');

function journeySuite(files: readonly string[] = []): Suite {
  const file = reportFile(files.length === 0 ? 'e2e' : 'e2e-again');
  const alone = files.length === 0 ? [] : ['--workers=1', ...files];
  return {
    name: 'e2e',
    command: ['pnpm', 'exec', 'playwright', 'test', '--reporter=list,json', ...alone],
    cwd: journeys,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
    minutesMax: 14,
    report: { file, count: countPlaywright },
  };
}

const allSuites = (): readonly (Suite | RepeatableSuite)[] => [
  // First, since the others use what it makes.
  { name: 'build', command: turbo('build'), minutesMax: 12 },
  { name: 'lint', command: ['biome', 'check', '.'], minutesMax: 2 },
  { name: 'typecheck', command: turbo('typecheck'), minutesMax: 8 },
  repeatableSuite('unit', 16),
  repeatableSuite('pg', 18),
  repeatableSuite('wire', 16),
  repeatableSuite('alone', 8),
  { ...journeySuite(), repeat: { failed: failedOfPlaywright, only: journeySuite } },
];

const seconds = (sinceMs: number) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

async function runAll(names: readonly string[]): Promise<Counts> {
  const unknown = names.filter((name) => !allSuites().some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = allSuites().map((suite) => suite.name);
    throw new Error(`there is no suite ${unknown.join(', ')}: the suites are ${known.join(', ')}`);
  }
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  await provideTestTools((line) => console.log(line));
  const results: { readonly line: string; readonly counts: Counts }[] = [];
  const notes: string[] = [];
  for (const suite of allSuites()) {
    if (names.length > 0 && !names.includes(suite.name)) continue;
    const startedMs = performance.now();
    console.log(`\n── ${suite.name}`);
    const outcome =
      'repeat' in suite
        ? await runTwiceAtMost(suite)
        : { counts: await runSuite(suite), failed: [], passedByThemselves: [] };
    const { counts } = outcome;
    const { passed, failed, skipped } = counts;
    notes.push(
      ...outcome.failed.map((name) => `failed: ${name}`),
      ...outcome.passedByThemselves.map((name) => `failed beside others, passed by itself: ${name}`),
    );
    const line = `${suite.name.padEnd(12)}${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds(startedMs)}`;
    results.push({ line, counts });
  }
  console.log(`\n${results.map((result) => result.line).join('\n')}\n`);
  for (const note of notes) console.log(note);
  return sum(results.map((result) => result.counts));
}

const { passed, failed } = await runAll(process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
// Said outright: a suite that was ended must not keep the process.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
