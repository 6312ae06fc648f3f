import { type Played, readCommandLine, type SimulationCommand, usage } from './command-line.ts';
import { type Run, type Summary, simulate } from './simulate.ts';
import { simulateCell } from './simulate-cell.ts';
import { replayMutant, tryMutants } from './try-mutants.ts';

// `npm run simulate`: command-line.ts says with what.

function play(run: Run, brokers: number): Promise<Summary> {
  return brokers === 1 ? simulate(run) : simulateCell(run, brokers);
}

const journalOf = ({ hasJournal }: Played) => (hasJournal ? { hasJournal } : {});

async function replay(seed: number, played: Played): Promise<boolean> {
  const { bug, brokers } = played;
  try {
    const run = { seed, bug, ...journalOf(played), trace: (line: string) => console.log(line) };
    console.log(JSON.stringify(await play(run, brokers)));
    return true;
  } catch (cause) {
    console.error(cause);
    return false;
  }
}

async function runAll(from: number, count: number, played: Played): Promise<boolean> {
  const { bug, brokers } = played;
  const startedMs = performance.now();
  const total = { acknowledged: 0, read: 0, assigned: 0, committed: 0, lives: 0 };
  let failed = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      const run = await play({ seed, bug, ...journalOf(played) }, brokers);
      total.acknowledged += run.acknowledged;
      total.read += run.read;
      total.assigned += run.assigned;
      total.committed += run.committed;
      total.lives += run.lives;
    } catch (cause) {
      failed += 1;
      console.log(
        `${cause instanceof Error ? cause.message : String(cause)}\n  again: npm run simulate -- ${brokers === 1 ? '' : `--cell ${brokers} `}${played.hasJournal ? '--journal ' : ''}--seed ${seed}`,
      );
    }
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const { lives, acknowledged, read, assigned, committed } = total;
  console.log(`${lives} lives of the broker, ${acknowledged} records acknowledged, ${read} read,`);
  console.log(`${assigned} assignments, ${committed} commits, in ${seconds} s`);
  console.log(`${count - failed} seeds passed, ${failed} failed`);
  return failed === 0;
}

async function run(command: SimulationCommand): Promise<boolean> {
  switch (command.kind) {
    case 'help':
      console.log(usage);
      return true;
    case 'wrong':
      console.error(`${command.problem}\n\n${usage}`);
      return false;
    case 'replay':
      return replay(command.seed, command);
    case 'all':
      return runAll(command.from, command.count, command);
    case 'mutants':
      return tryMutants(command);
    case 'replay-mutant':
      return replayMutant(command.name, command.seed, command.brokers);
  }
}

process.exitCode = (await run(readCommandLine(process.argv.slice(2)))) ? 0 : 1;
