import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Campaign, type CaseResult } from './campaign.ts';
import { catalog } from './catalog.ts';
import { type CampaignOptions, readCommandLine, usage } from './command-line.ts';
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
  const judged: CaseResult[] = [];
  const campaign = new Campaign({
    ...command,
    onResult(result) {
      judged.push(result);
      tell(result, command.seed);
      // After each, so that a campaign that is stopped leaves what it saw.
      if (command.write) writePage(judged, command);
    },
  });
  const results = await campaign.run(chosen);
  console.log(`\n${summary(results, command)}`);
  return results.every((result) => result.problems.length === 0);
}

function tell(result: CaseResult, seed: number): void {
  console.log(resultLine(result));
  if (result.problems.length === 0) return;
  for (const what of gapCause(result)) console.log(`    about then: ${what}`);
  console.log(`    again: npm run abuse -- --over kafka --only ${result.name} --seed ${seed}`);
}

function summary(results: readonly CaseResult[], { seed, secondsPerCase }: CampaignOptions): string {
  const held = results.filter((result) => result.problems.length === 0).length;
  return `${held} of ${results.length} cases hold (seed ${seed}, ${secondsPerCase} s each).`;
}

function writePage(results: readonly CaseResult[], options: CampaignOptions): void {
  const kept = readFileSync(page, 'utf8').split(mark)[0] ?? '';
  const text = `${summary(results, options)} ${surroundings(results)}\n\n${table(results)}\n`;
  writeFileSync(page, `${kept}${mark}\n\n${text}`);
}

if (import.meta.main) process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
