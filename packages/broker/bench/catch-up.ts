import { setTimeout as delay } from 'node:timers/promises';
import { attempt, createTopic, type Stage, whole } from './cell-stage.ts';
import { type Figure, figure, load, type Steady, steadyWhile, topicState } from './load.ts';

const missedPartitions = 4;
const calmMs = 5_000;

/**
 * A broker is away while partitions are written to, and catches up; meanwhile acks=all goes on for another partition,
 * of which it has a replica in sync as well. It does not lead that one, nor would it: no hand-over is in the figures.
 */
export async function catchUp(stage: Stage): Promise<void> {
  if (stage.lengths.missedRecords > 0) await attempt(stage, 'catching up', () => measured(stage));
}

async function measured(stage: Stage): Promise<Figure[]> {
  const { cell, target, lengths, settle } = stage;
  await createTopic(stage, 'missed', missedPartitions);
  await createTopic(stage, 'beside', 1);
  const beside = { topic: 'beside', partitions: 1 };
  const calm = () =>
    steadyWhile(target, beside, async (counts) => {
      counts();
      await delay(calmMs);
    });
  const before = await calm();
  const { leader } = await topicState(target, 'beside');
  const away = (leader % cell.brokers) + 1;
  await cell.end(away, 'SIGTERM');
  await load(target, 'produce', 'missed', missedPartitions, lengths.missedRecords, 1_000, 'none', 'false');
  await settle();
  let tookMs = 0;
  const during = await steadyWhile(target, beside, async (counts) => {
    await cell.begin(away);
    counts();
    const began = performance.now();
    await whole(stage, 'missed', missedPartitions);
    tookMs = performance.now() - began;
  });
  const after = await calm();
  return [
    ...told('before one catches up', before),
    ...told('while one catches up', during),
    ...told('after that', after),
    figure('catching up', 'MB/s', 'higher', lengths.missedRecords / tookMs),
  ];
}

function told(when: string, { p50Ms, p99Ms, maxMs }: Steady): Figure[] {
  const name = `acknowledged beside, ${when}`;
  return [
    figure(`${name}, p50`, 'ms', 'lower', p50Ms),
    figure(`${name}, p99`, 'ms', 'lower', p99Ms),
    figure(`${name}, worst`, 'ms', 'lower', maxMs),
  ];
}
