import { expect, test } from 'vitest';
import type { Partition } from '../partition/partition.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { LogSizes } from './log-sizes.ts';

const partitionOf = (dir: string, sizeBytes: number | null) =>
  // Nothing else of a log is looked at.
  ({ dir, log: sizeBytes === null ? null : { sizeBytes } }) as Pick<Partition, 'dir' | 'log'>;

async function lifeAfter(engine: Engine): Promise<LogSizes> {
  const sizes = new LogSizes(engine);
  await engine.run(sizes.load());
  return sizes;
}

test('how large a log was is known to the next life before it has read it, and also to the one after that', async () => {
  const engine = new Engine();
  const first = await lifeAfter(engine);
  expect(first.of(partitionOf('lkc-a/t-0', null))).toBe(0);
  await engine.run(first.write([partitionOf('lkc-a/t-0', 1_234), partitionOf('lkc-a/t-1', 5)]));
  const second = await lifeAfter(engine);
  expect(second.of(partitionOf('lkc-a/t-0', null))).toBe(1_234);
  expect(second.of(partitionOf('lkc-a/t-1', 7))).toBe(7);
  // One that nobody has asked for keeps its size; one that is gone takes it along.
  await engine.run(second.write([partitionOf('lkc-a/t-0', null)]));
  const third = await lifeAfter(engine);
  expect(third.of(partitionOf('lkc-a/t-0', null))).toBe(1_234);
  expect(third.of(partitionOf('lkc-a/t-1', null))).toBe(0);
});

test('lines that were damaged count for nothing', async () => {
  const engine = new Engine();
  await engine.write('log-sizes', Buffer.from('lkc-a/t-0 12\nlkc-a/t-1 -5\nlkc-a/t-2\n\nlkc-a/t-3 7'));
  const sizes = await lifeAfter(engine);
  const known = [0, 1, 2, 3].map((index) => sizes.of(partitionOf(`lkc-a/t-${index}`, null)));
  expect(known).toEqual([12, 0, 0, 7]);
});
