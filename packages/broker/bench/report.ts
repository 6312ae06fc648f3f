import { cpus, totalmem } from 'node:os';
import type { Contestant } from './contestant.ts';
import type { Figure, Row } from './load.ts';

/** All rounds of one contestant. */
export interface Results {
  readonly contestant: Pick<Contestant, 'isOurs' | 'flush' | 'name'>;
  readonly rounds: readonly (readonly Figure[])[];
}

const flushNames = {
  os: 'Flushing by the operating system (Kafka’s default)',
  every:
    'Flushed before every acknowledgement (Kafka with `log.flush.interval.messages=1`, our group commit)',
} as const;

const roundsOf = (rounds: number) => (rounds === 1 ? 'One round' : `Medians of ${rounds} rounds in turn`);

/** Markdown: a table a kind of flushing, medians, and ours as a ratio to Kafka's of the same run, of cases of that length. */
export function report(results: readonly Results[], date: string, scale: number): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const machine = `${cpus().length} cores (${processor}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const rounds = results[0]?.rounds.length ?? 0;
  const lines = [
    `Run of ${date}: ${machine}. ${roundsOf(rounds)} at \`--scale ${scale}\`; load and broker share the cores.`,
  ];
  for (const flush of ['os', 'every'] as const) {
    const ours = results.find(({ contestant }) => contestant.isOurs && contestant.flush === flush);
    const theirs = results.find(({ contestant }) => !contestant.isOurs && contestant.flush === flush);
    if (ours === undefined) continue;
    lines.push(
      '',
      `### ${flushNames[flush]}`,
      '',
      '| | Weir | Apache Kafka 4.3.0 | Weir : Kafka |',
      '|---|---:|---:|---:|',
    );
    for (const row of rowsOf(ours))
      lines.push(line(row, median(ours, row), theirs ? median(theirs, row) : null));
  }
  return `${lines.join('\n')}\n`;
}

function line(row: Row, ours: number, theirs: number | null): string {
  const ratio =
    theirs === null || Number.isNaN(ours / theirs)
      ? ''
      : `${(ours / theirs).toFixed(2)} (${row.better} is better)`;
  return `| ${row.name}, ${row.unit} | ${text(ours)} | ${theirs === null ? 'not run' : text(theirs)} | ${ratio} |`;
}

function text(value: number): string {
  if (Number.isNaN(value)) return 'not measured';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

/** In the order of the first round; a case that failed there may have come off in another. */
export function rowsOf(results: Results): Row[] {
  const rows = results.rounds.flatMap((round) => round.map((figure) => figure.row));
  return rows.filter((row, at) => rows.findIndex((other) => other.name === row.name) === at);
}

function median(results: Results, row: Row): number {
  const values = results.rounds
    .flatMap((round) => round.filter((figure) => figure.row.name === row.name))
    .map((figure) => figure.value)
    .sort((left, right) => left - right);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}
