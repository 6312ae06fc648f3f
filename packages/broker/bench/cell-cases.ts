import { catchUp } from './catch-up.ts';
import type { RunningCell } from './cell.ts';
import { type CellLengths, createTopic, type Stage, whole } from './cell-stage.ts';
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
  const { target, cell, lengths, settle, figures } = stage;
  const rows = [1_000, 100].flatMap((bytes) =>
    [false, true].flatMap((isIdempotent) =>
      [1, 100].map((partitions) => ({ bytes, isIdempotent, partitions })),
    ),
  );
  for (const { bytes, isIdempotent, partitions } of rows) {
    const topic = `produce-${bytes}-${isIdempotent}-${partitions}`;
    const records = bytes === 1_000 ? lengths.records : lengths.records * 3;
    await createTopic(stage, topic, partitions);
    const before = cell.cpuSeconds();
    const report = await load(
      target,
      'produce',
      topic,
      partitions,
      records,
      bytes,
      'none',
      String(isIdempotent),
    );
    const cpuSeconds = cell.cpuSeconds() - before;
    const name = `produce ${bytes} B, ${many(partitions)}${isIdempotent ? ', idempotent' : ''}`;
    if (bytes === 1_000) figures.push(figure(name, 'MB/s', 'higher', report.mbPerSecond));
    else figures.push(figure(name, 'thousand records/s', 'higher', report.recordsPerSecond / 1e3));
    const gigabytes = (records * bytes) / 1e9;
    figures.push(figure(`CPU of all brokers, ${name}`, 's/GB', 'lower', cpuSeconds / gigabytes));
    await settle();
  }
  for (const partitions of [1, 100]) {
    const topic = `produce-1000-false-${partitions}`;
    const { mbPerSecond } = await load(target, 'consume', topic, partitions, lengths.records);
    figures.push(figure(`consume 1000 B, ${many(partitions)}`, 'MB/s', 'higher', mbPerSecond));
  }
}

const many = (partitions: number) => (partitions === 1 ? '1 partition' : `${partitions} partitions`);

async function latency(stage: Stage): Promise<void> {
  const { target, lengths, settle, figures } = stage;
  for (const rate of [1_000, 10_000]) {
    const topic = `latency-${rate}`;
    await createTopic(stage, topic, 1);
    const { p50Ms, p99Ms } = await load(target, 'latency', topic, rate, lengths.latencySeconds);
    figures.push(figure(`acknowledged at ${rate}/s, p50`, 'ms', 'lower', p50Ms));
    figures.push(figure(`acknowledged at ${rate}/s, p99`, 'ms', 'lower', p99Ms));
    await settle();
  }
}

async function outages(stage: Stage): Promise<void> {
  await createTopic(stage, 'narrow', 1);
  await outage(stage, 'narrow', 1, 'SIGKILL');
  await outage(stage, 'narrow', 1, 'SIGTERM');
  const { widePartitions } = stage.lengths;
  if (widePartitions === 0) return;
  try {
    await createTopic(stage, 'wide', widePartitions);
    await load(stage.target, 'produce', 'wide', widePartitions, widePartitions * 16, 100, 'none', 'false');
  } catch (cause) {
    console.log(`no figures of ${widePartitions} partitions: ${String(cause)}`);
    return;
  }
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
  const { target, cell, figures } = stage;
  const name = signal === 'SIGKILL' ? 'leader killed (kill -9)' : 'leader stopped (SIGTERM)';
  let ended = 0;
  try {
    await whole(stage, topic, partitions);
    const { leader } = await topicState(target, topic, partitions - 1);
    const pauseMs = await pauseWhile(target, topic, partitions - 1, () => {
      ended = leader;
      return cell.end(leader, signal);
    });
    figures.push(figure(`${name}, ${many(partitions)}, until the next record`, 'ms', 'lower', pauseMs));
  } catch (cause) {
    console.log(`no figure of ${name}, ${many(partitions)}: ${String(cause)}`);
  }
  if (ended > 0) await cell.begin(ended);
}
