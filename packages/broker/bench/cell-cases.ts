import { catchUp } from './catch-up.ts';
import type { RunningCell } from './cell.ts';
import { attempt, type CellLengths, createTopic, type Stage, whole } from './cell-stage.ts';
import { type Figure, figure, load, pauseWhile, topicState } from './load.ts';

/** Every case over one fresh cell whose records are on each of three brokers. A case that fails has no figure. */
export async function measureCell(
  program: string,
  cell: RunningCell,
  lengths: CellLengths,
  settle: () => Promise<void>,
): Promise<Figure[]> {
  const target = { program, address: cell.addresses, credential: cell.credential };
  const stage: Stage = { cell, target, lengths, settle, figures: [] };
  await createTopic(stage, 'warm', 1);
  await load(target, 'produce', 'warm', 1, Math.round(lengths.records / 5), 1_000, 'none', 'false');
  await throughput(stage);
  await latency(stage);
  stage.figures.push(figure('resident after load', 'MB', 'lower', cell.residentMb()));
  await catchUp(stage);
  await outages(stage);
  return stage.figures;
}

async function throughput(stage: Stage): Promise<void> {
  const rows = [1_000, 100].flatMap((bytes) =>
    [false, true].flatMap((isIdempotent) =>
      [1, 100].map((partitions) => ({ bytes, isIdempotent, partitions })),
    ),
  );
  for (const row of rows) {
    await attempt(stage, nameOf(row), () => produce(stage, row));
    await stage.settle();
  }
  const { target, lengths } = stage;
  for (const partitions of [1, 100]) {
    const name = `consume 1000 B, ${many(partitions)}`;
    await attempt(stage, name, async () => {
      const topic = topicOf({ bytes: 1_000, isIdempotent: false, partitions });
      const { mbPerSecond } = await load(target, 'consume', topic, partitions, lengths.records);
      return [figure(name, 'MB/s', 'higher', mbPerSecond)];
    });
  }
}

interface ProduceRow {
  readonly bytes: number;
  readonly isIdempotent: boolean;
  readonly partitions: number;
}

const many = (partitions: number) => (partitions === 1 ? '1 partition' : `${partitions} partitions`);
const nameOf = ({ bytes, isIdempotent, partitions }: ProduceRow) =>
  `produce ${bytes} B, ${many(partitions)}${isIdempotent ? ', idempotent' : ''}`;
const topicOf = ({ bytes, isIdempotent, partitions }: ProduceRow) =>
  `produce-${bytes}-${isIdempotent}-${partitions}`;

async function produce(stage: Stage, row: ProduceRow): Promise<Figure[]> {
  const { target, cell, lengths } = stage;
  const { bytes, isIdempotent, partitions } = row;
  const [name, topic] = [nameOf(row), topicOf(row)];
  const records = bytes === 1_000 ? lengths.records : lengths.records * 3;
  await createTopic(stage, topic, partitions);
  const before = cell.cpuSeconds();
  const how = ['none', String(isIdempotent)];
  const report = await load(target, 'produce', topic, partitions, records, bytes, ...how);
  const cpuSeconds = cell.cpuSeconds() - before;
  return [
    bytes === 1_000
      ? figure(name, 'MB/s', 'higher', report.mbPerSecond)
      : figure(name, 'thousand records/s', 'higher', report.recordsPerSecond / 1e3),
    figure(`CPU of all brokers, ${name}`, 's/GB', 'lower', cpuSeconds / ((records * bytes) / 1e9)),
  ];
}

async function latency(stage: Stage): Promise<void> {
  const { target, lengths, settle } = stage;
  for (const rate of [1_000, 10_000]) {
    const [name, topic] = [`acknowledged at ${rate}/s`, `latency-${rate}`];
    await attempt(stage, name, async () => {
      await createTopic(stage, topic, 1);
      const { p50Ms, p99Ms } = await load(target, 'latency', topic, rate, lengths.latencySeconds);
      return [figure(`${name}, p50`, 'ms', 'lower', p50Ms), figure(`${name}, p99`, 'ms', 'lower', p99Ms)];
    });
    await settle();
  }
}

async function outages(stage: Stage): Promise<void> {
  await createTopic(stage, 'narrow', 1);
  await outage(stage, 'narrow', 1, 'SIGKILL');
  await outage(stage, 'narrow', 1, 'SIGTERM');
  const { widePartitions } = stage.lengths;
  if (widePartitions === 0) return;
  let isThere = false;
  await attempt(stage, `${widePartitions} partitions`, async () => {
    await createTopic(stage, 'wide', widePartitions);
    const how = [widePartitions * 16, 100, 'none', 'false'];
    await load(stage.target, 'produce', 'wide', widePartitions, ...how);
    isThere = true;
    return [];
  });
  if (!isThere) return;
  await outage(stage, 'wide', widePartitions, 'SIGKILL');
  await outage(stage, 'wide', widePartitions, 'SIGTERM');
}

/** Of the topic's last partition, whose leader goes away: nothing is acknowledged until another one leads. */
async function outage(
  stage: Stage,
  topic: string,
  partitions: number,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<void> {
  const { target, cell } = stage;
  const what = signal === 'SIGKILL' ? 'leader killed (kill -9)' : 'leader stopped (SIGTERM)';
  const name = `${what}, ${many(partitions)}, until the next record`;
  let ended = 0;
  await attempt(stage, name, async () => {
    await whole(stage, topic, partitions);
    const { leader } = await topicState(target, topic, partitions - 1);
    const pauseMs = await pauseWhile(target, topic, partitions - 1, () => {
      ended = leader;
      return cell.end(leader, signal);
    });
    return [figure(name, 'ms', 'lower', pauseMs)];
  });
  if (ended > 0) await cell.begin(ended);
}
