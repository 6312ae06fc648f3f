import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { HighWatermarks } from './high-watermarks.ts';
import type { Partition } from './partition.ts';

/** As far as it concerns what is written down. */
const partitionOf = (dir: string, highWatermark: number, isReplicated = true, isOpen = true) =>
  // Nothing else of a partition is looked at.
  ({ dir, highWatermark, isReplicated, log: isOpen ? {} : null }) as Partition;

test('what is committed is known to the next life, in the form of Apache Kafka’s checkpoint', async () => {
  const engine = new Engine();
  const partitions = [partitionOf('lkc-a/t-0', 12), partitionOf('lkc-a/alone-0', 7, false)];
  const marks = new HighWatermarks(engine, () => partitions);
  await engine.run(marks.load());
  await engine.run(marks.write());
  expect((await engine.read('replication-offset-checkpoint')).toString()).toBe('0\n1\nlkc-a/t-0 12\n');
  const next = new HighWatermarks(engine, () => partitions);
  await engine.run(next.load());
  expect([next.of('lkc-a/t-0'), next.of('lkc-a/alone-0')]).toEqual([12, 0]);
});

test('of a partition that nobody has opened in this life, what was known before stays', async () => {
  const engine = new Engine();
  const marks = new HighWatermarks(engine, () => [partitionOf('lkc-a/t-0', 12)]);
  await engine.run(marks.write());
  const next = new HighWatermarks(engine, () => [
    partitionOf('lkc-a/t-0', 0, true, false),
    partitionOf('lkc-a/u-0', 3),
  ]);
  await engine.run(next.load());
  await engine.run(next.write());
  expect([next.of('lkc-a/t-0'), next.of('lkc-a/u-0')]).toEqual([12, 3]);
});
