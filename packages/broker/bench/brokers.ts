import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CellContestant, closeCells, RunningCell } from './cell.ts';
import { measureCell } from './cell-cases.ts';
import type { CellLengths } from './cell-stage.ts';
import { buildBroker, cacheDir, compileLoad, settle, touchMemory } from './ground.ts';
import { kafkaClasspath } from './kafka.ts';
import { kafkaCell } from './kafka-cell.ts';
import { type Figure, figure } from './load.ts';
import { writeBrokersSection } from './page.ts';
import { type Results, report, rowsOf } from './report.ts';
import { measureScaling, type Scaling, scalingTable } from './scaling.ts';
import { weirCell } from './weir-cell.ts';

export interface BrokersRun {
  readonly brokers: number;
  readonly rounds: number;
  readonly scale: number;
  readonly quick: boolean;
  readonly cold: boolean;
  readonly write: boolean;
}

interface CellResults extends Results {
  readonly contestant: CellContestant;
  readonly rounds: Figure[][];
}

const quickLengths: CellLengths = {
  records: 20_000,
  latencySeconds: 2,
  missedRecords: 50_000,
  widePartitions: 0,
};

function lengthsOf({ quick, scale }: BrokersRun): CellLengths {
  if (quick) return quickLengths;
  const latencySeconds = Math.max(2, Math.round(5 * scale));
  return {
    records: Math.round(500_000 * scale),
    latencySeconds,
    missedRecords: Math.round(1_000_000 * scale),
    widePartitions: 10_000,
  };
}

/** Cells of several brokers beside each other, and one and two brokers of ours; prints the tables. */
export async function measureBrokers(run: BrokersRun): Promise<void> {
  const program = compileLoad();
  buildBroker();
  const classpath = kafkaClasspath(cacheDir);
  const contestants = (['os', 'every'] as const).flatMap((flush) => [
    weirCell(flush, run.brokers),
    ...(classpath === null ? [] : [kafkaCell(flush, run.brokers, classpath)]),
  ]);
  const results: CellResults[] = contestants.map((contestant) => ({ contestant, rounds: [] }));
  const rounds = run.quick ? 1 : run.rounds;
  const lengths = lengthsOf(run);
  const scaling: Scaling[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      void closeCells().finally(() => {
        rmSync(dir, { recursive: true, force: true });
        process.exit(1);
      });
    });
  try {
    if (!run.cold && !run.quick) touchMemory(dir);
    for (let round = 1; round <= rounds; round += 1) {
      for (const { contestant, rounds: played } of results)
        played.push(await playRound(contestant, program, join(dir, 'data'), lengths, round));
      scaling.push(await measureScaling(program, join(dir, 'data'), lengths.records));
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const text = `${howMade(run.brokers)}\n${report(results, new Date().toISOString().slice(0, 10), run.scale)}${scalingTable(scaling)}`;
  console.log(`\n${text}`);
  if (!run.write) return;
  // The page has one such section, and says three.
  if (run.quick || run.brokers !== 3 || !isWhole(results))
    console.log('BENCHMARKS.md stays as it is: this was not a whole run of three brokers.');
  else writeBrokersSection(text);
}

async function playRound(
  contestant: CellContestant,
  program: string,
  dataDir: string,
  lengths: CellLengths,
  round: number,
): Promise<Figure[]> {
  const began = performance.now();
  rmSync(dataDir, { recursive: true, force: true });
  const cell = await RunningCell.start(contestant, dataDir);
  try {
    const idle = [
      figure('all brokers ready', 'ms', 'lower', cell.readyMs),
      figure('resident, idle', 'MB', 'lower', cell.residentMb()),
    ];
    const figures = await measureCell(program, cell, lengths, settle);
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    console.log(`round ${round}, ${contestant.name}, flush ${contestant.flush}: ${seconds} s`);
    return [...figures, ...idle];
  } finally {
    await cell.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Whether there is a figure of ours of each row in each round, and whether there are Kafka's beside them. */
function isWhole(results: readonly CellResults[]): boolean {
  const rows = new Set(results.flatMap((each) => rowsOf(each).map(({ name }) => name))).size;
  const ours = results.filter(({ contestant }) => contestant.isOurs);
  const areAllThere = ours.every(({ rounds }) => rounds.every((figures) => figures.length === rows));
  return areAllThere && ours.length < results.length;
}

const howMade = (
  brokers: number,
) => `\`npm run bench -- --brokers ${brokers} --write\` makes this section. Each
record is on three brokers, and acknowledged (\`acks=all\`) with \`min.insync.replicas\` 2 in force. Memory is divided:
each Kafka process has a heap of ${Math.floor(1024 / brokers)} MB, each of ours what \`npm start\` gives one of as many. Postgres and
Redis of our cell are not counted in CPU and memory. The time until the next record begins with the signal, and ends
when a client that sends one each millisecond has an acknowledgement again; both run with their default time-outs
(a lease of 2 s with us, a session of 9 s with Kafka).
`;
