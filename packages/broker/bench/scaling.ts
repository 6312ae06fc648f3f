import { rmSync } from 'node:fs';
import { RunningCell } from './cell.ts';
import { settle } from './ground.ts';
import { load, topicState } from './load.ts';
import { weirCell } from './weir-cell.ts';

/** Megabytes a second of one broker with one partition, and of two with one each, nothing replicated. */
export interface Scaling {
  readonly one: Throughput;
  readonly two: Throughput;
}

interface Throughput {
  readonly produce: number;
  readonly consume: number;
}

export async function measureScaling(program: string, dataDir: string, records: number): Promise<Scaling> {
  const one = await throughputOf(program, dataDir, 1, records);
  return { one, two: await throughputOf(program, dataDir, 2, records) };
}

async function throughputOf(
  program: string,
  dataDir: string,
  brokers: number,
  records: number,
): Promise<Throughput> {
  rmSync(dataDir, { recursive: true, force: true });
  const cell = await RunningCell.start(weirCell('every', brokers), dataDir);
  try {
    const target = { program, address: cell.addresses, credential: cell.credential };
    for (const topic of ['warm', 'each']) await load(target, 'create', topic, brokers, 1);
    const leaders = new Set<number>();
    for (let partition = 0; partition < brokers; partition += 1)
      leaders.add((await topicState(target, 'each', partition)).leader);
    if (leaders.size !== brokers) throw new Error('the partitions are not one on each broker');
    await load(target, 'produce', 'warm', brokers, Math.round(records / 5), 1_000, 'none', 'false');
    const produced = await load(target, 'produce', 'each', brokers, records, 1_000, 'none', 'false');
    await settle();
    const consumed = await load(target, 'consume', 'each', brokers, records);
    return { produce: produced.mbPerSecond, consume: consumed.mbPerSecond };
  } finally {
    await cell.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export function scalingTable(rounds: readonly Scaling[]): string {
  const lines = [
    '',
    '### One broker and two, a partition each, nothing replicated',
    '',
    'The load generator shares the cores with both.',
    '',
    '| flushed before every acknowledgement | one broker | two brokers | two : one |',
    '|---|---:|---:|---:|',
  ];
  for (const what of ['produce', 'consume'] as const) {
    const one = median(rounds.map((round) => round.one[what]));
    const two = median(rounds.map((round) => round.two[what]));
    lines.push(
      `| ${what} 1000 B, MB/s | ${one.toFixed(0)} | ${two.toFixed(0)} | ${(two / one).toFixed(2)} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
