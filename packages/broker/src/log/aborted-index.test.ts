import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { AbortedIndex, type AbortedTransaction } from './aborted-index.ts';

const path = 'lkc-a/topic-0/00000000000000000000.txnindex';

/** The transaction that ends at offset 10 n + 9, having begun ten offsets before, with no other one open. */
function nth(n: number): AbortedTransaction {
  const lastOffset = 10 * n + 9;
  return { producerId: n, firstOffset: 10 * n, lastOffset, lastStableOffset: lastOffset + 1 };
}

async function filled(engine: Engine, count: number): Promise<AbortedIndex> {
  await engine.run(engine.disk.makeDir('lkc-a/topic-0'));
  const index = new AbortedIndex(engine.disk, path);
  for (let n = 0; n < count; n += 1) index.add(nth(n));
  return index;
}

const producers = async (engine: Engine, index: AbortedIndex, from: number, to: number) =>
  (await engine.run(index.between(from, to))).found.map(({ producerId }) => producerId);

test('its file has the bytes that Apache Kafka writes', async () => {
  const engine = new Engine();
  const index = await filled(engine, 0);
  index.add({ producerId: 258, firstOffset: 1, lastOffset: 2, lastStableOffset: 3 });
  await engine.run(index.flush(true));
  const number = (value: number) => value.toString(16).padStart(16, '0');
  expect((await engine.read(path)).toString('hex')).toBe(`0000${[258, 1, 2, 3].map(number).join('')}`);
});

test.each([10, 300, 2_500])('finds what overlaps a range among %i, written or not', async (count) => {
  const engine = new Engine();
  const index = await filled(engine, count);
  for (const isWritten of [false, true]) {
    if (isWritten) await engine.run(index.flush(true));
    expect(await producers(engine, index, 15, 31)).toEqual([1, 2, 3]);
    expect(await producers(engine, index, 10 * count - 1, 10 * count + 5)).toEqual([count - 1]);
    expect(await producers(engine, index, 10 * count, 10 * count + 5)).toEqual([]);
    expect(await producers(engine, index, 0, 10 * count)).toHaveLength(count);
  }
  index.add(nth(count));
  expect((await producers(engine, index, 0, 10 * count + 10)).at(-1)).toBe(count);
});

test('ends where nothing that ends later can have begun before the range did', async () => {
  const engine = new Engine();
  const index = await filled(engine, 4);
  expect((await engine.run(index.between(5, 20))).isAll).toBe(true);
  // Of a transaction that was open all the while the marker may lie in a later segment.
  index.add({ producerId: 9, firstOffset: 12, lastOffset: 55, lastStableOffset: 3 });
  expect((await engine.run(index.between(41, 60))).isAll).toBe(false);
});

test('what ended behind the recovery point is not taken from the file, and is gone from it', async () => {
  const engine = new Engine();
  await engine.run((await filled(engine, 200)).flush(true));
  const loaded = new AbortedIndex(engine.disk, path);
  await engine.run(loaded.load(1_509));
  expect(loaded.size).toBe(150);
  expect(await producers(engine, loaded, 1_485, 1_600)).toEqual([148, 149]);
  expect(await producers(engine, loaded, 3, 7)).toEqual([0]);
  await engine.run(loaded.flush(true));
  expect(await engine.read(path)).toHaveLength(150 * 34);
});

test('an entry that was written in part does not count', async () => {
  const engine = new Engine();
  await engine.run((await filled(engine, 3)).flush(true));
  const bytes = await engine.read(path);
  await engine.write(path, bytes.subarray(0, bytes.length - 1));
  const loaded = new AbortedIndex(engine.disk, path);
  await engine.run(loaded.load(Number.MAX_SAFE_INTEGER));
  expect(loaded.size).toBe(2);
  loaded.add(nth(2));
  await engine.run(loaded.flush(true));
  expect(await engine.read(path)).toEqual(bytes);
});

test('makes no file where nothing was aborted', async () => {
  const engine = new Engine();
  const index = await filled(engine, 0);
  await engine.run(index.flush(true));
  expect(await engine.list('lkc-a/topic-0')).toEqual([]);
});
