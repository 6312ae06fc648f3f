import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Campaign } from './campaign.ts';
import { catalog } from './catalog.ts';
import { readCommandLine, usage } from './command-line.ts';
import { idle } from './idle-case.ts';
import { gapCause, resultLine, surroundings, table } from './report.ts';

// `npm run abuse`: a quiet tenant beside everything that others can do to a broker.

const page = join(import.meta.dirname, '../ISOLATION.md');
const mark = '<!-- What follows is written by the campaign. -->';

/** Resolves to whether everything held; also where it was asked for other ways than this one. */
export async function main(args: readonly string[]): Promise<boolean> {
  const command = readCommandLine(args);
  if (command.kind === 'help') {
    console.log(usage);
    return true;
  }
  if (command.kind === 'wrong') {
    console.error(`${command.problem}\n\n${usage}`);
    return false;
  }
  const cases = catalog.filter((each) => each !== idle);
  if (command.kind === 'list') {
    for (const each of cases) console.log(`${each.isShort ? 'short ' : '      '}${each.name}: ${each.does}`);
    return true;
  }
  if (command.over !== null && command.over !== 'kafka') return true;
  const chosen = cases.filter(
    (each) =>
      (!command.short || each.isShort) &&
      (command.only.length === 0 || command.only.some((name) => each.name.startsWith(name))),
  );
  console.log(`${chosen.length} cases over Kafka, seed ${command.seed}`);
  const campaign = new Campaign({
    ...command,
    onResult(result) {
      console.log(resultLine(result));
      if (result.problems.length === 0) return;
      for (const what of gapCause(result)) console.log(`    about then: ${what}`);
      console.log(`    again: npm run abuse -- --over kafka --only ${result.name} --seed ${command.seed}`);
    },
  });
  const results = await campaign.run(chosen);
  const failed = results.filter((result) => result.problems.length > 0);
  const summary = `${results.length - failed.length} of ${results.length} cases hold (seed ${command.seed}, ${command.secondsPerCase} s each).`;
  console.log(`\n${summary}`);
  if (command.write) {
    const kept = readFileSync(page, 'utf8').split(mark)[0] ?? '';
    writeFileSync(page, `${kept}${mark}\n\n${summary} ${surroundings(results)}\n\n${table(results)}\n`);
  }
  return failed.length === 0;
}

if (import.meta.main) process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
