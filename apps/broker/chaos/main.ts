import { join } from 'node:path';
import { runChaos } from './campaign.ts';
import { readCommandLine, usage } from './command-line.ts';
import { reportLines } from './report.ts';

// `npm run chaos`: three real brokers under real faults.

/** Resolves to whether nothing was wrong. */
async function main(args: readonly string[]): Promise<boolean> {
  const command = readCommandLine(args);
  if (command.kind === 'help') {
    console.log(usage);
    return true;
  }
  if (command.kind === 'wrong') {
    console.error(command.problem);
    return false;
  }
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort());
  const { minutes, seed, only } = command;
  const chosen = only.map((kind) => ` --only ${kind}`).join('');
  const again = `npm run chaos -- --minutes ${minutes} --seed ${seed}${chosen}`;
  console.log(`${minutes} min of faults from seed ${seed}`);
  const result = await runChaos({
    ...command,
    program: join(import.meta.dirname, '../dist/main.js'),
    signal: stopped.signal,
    say: (line) => console.log(line),
  });
  for (const line of reportLines(result, again)) console.log(line);
  return result.history.violations.length === 0;
}

// Clients that gave up may have left timers behind.
process.exit((await main(process.argv.slice(2))) ? 0 : 1);
