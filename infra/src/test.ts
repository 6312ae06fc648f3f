import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';
import { provideTestTools } from './setup/test-tools.ts';
import { type Counts, countPlaywright, countVitest, sum } from './suites/counts.ts';
import { runSuite, type Suite } from './suites/run-suite.ts';

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

function vitestSuite(project: string, minutesMax: number): Suite {
  const file = reportFile(project);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return {
    name: project,
    command: ['vitest', 'run', '--project', project, ...reporters],
    minutesMax,
    report: { file, count: countVitest },
  };
}

function allSuites(): readonly Suite[] {
  const e2e = join(root, 'e2e');
  const suites: Suite[] = [
    // First, since the others use what it makes.
    { name: 'build', command: turbo('build'), minutesMax: 12 },
    { name: 'lint', command: ['biome', 'check', '.'], minutesMax: 2 },
    { name: 'typecheck', command: turbo('typecheck'), minutesMax: 8 },
    vitestSuite('unit', 16),
    vitestSuite('pg', 14),
    vitestSuite('wire', 16),
    vitestSuite('alone', 8),
  ];
  if (existsSync(join(e2e, 'playwright.config.ts'))) {
    const file = reportFile('e2e');
    suites.push({
      name: 'e2e',
      command: ['pnpm', 'exec', 'playwright', 'test', '--reporter=list,json'],
      cwd: e2e,
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
      minutesMax: 14,
      report: { file, count: countPlaywright },
    });
  }
  return suites;
}

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
  for (const suite of allSuites()) {
    if (names.length > 0 && !names.includes(suite.name)) continue;
    const startedMs = performance.now();
    console.log(`\n── ${suite.name}`);
    const counts = await runSuite(suite);
    const { passed, failed, skipped } = counts;
    const line = `${suite.name.padEnd(12)}${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds(startedMs)}`;
    results.push({ line, counts });
  }
  console.log(`\n${results.map((result) => result.line).join('\n')}\n`);
  return sum(results.map((result) => result.counts));
}

const { passed, failed } = await runAll(process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
// Said outright: a suite that was ended must not keep the process.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
