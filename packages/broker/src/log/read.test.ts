import { expect, test } from 'vitest';
import type { Disk } from '../deps.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, OpenLog } from '../testing/log-for-tests.ts';
import { type BatchViews, DamagedLogError, findBatchByTimestamp, readDisk, readTail } from './read.ts';
import { segmentFile } from './segment.ts';

const everything = 1 << 30;
const logFile = segmentFile(dir, 0, 'log');

/** What a read returned, as bytes; its frames go back. */
function taken(found: BatchViews | null): Buffer {
  if (found === null) throw new Error('nothing was read');
  const bytes = Buffer.concat(found.views);
  for (const frame of found.frames) frame.release();
  return bytes;
}

async function fromDisk(open: OpenLog, offset: number, bytesMax = everything, mayExceed = false) {
  return taken(
    await open.engine.run(readDisk(open.log, open.pool, offset, open.log.endOffset, bytesMax, mayExceed)),
  );
}

test('returns whole batches from the one that holds the offset, the same from memory and from disk', async () => {
  const open = await OpenLog.open(new Engine());
  const batches = await open.fill(5, (index) => ({ count: index + 1 }));
  for (let offset = 0; offset < 15; offset += 1) {
    const first = [0, 1, 3, 6, 10].findLastIndex((base) => base <= offset);
    const expected = Buffer.concat(batches.slice(first));
    expect(await fromDisk(open, offset)).toEqual(expected);
    expect(taken(readTail(open.log, offset, 15, everything, false))).toEqual(expected);
  }
});

test('what was appended as a copy of older records is read from disk, and the tail in memory begins anew behind it', async () => {
  const open = await OpenLog.open(new Engine());
  const batches = [open.append(), open.append({}, false), open.append()];
  await open.settle();
  const [, , last = Buffer.alloc(0)] = batches;
  for (const offset of [0, 1]) expect(readTail(open.log, offset, 3, everything, false)).toBe(null);
  expect(taken(readTail(open.log, 2, 3, everything, false))).toEqual(last);
  expect(await fromDisk(open, 0)).toEqual(Buffer.concat(batches));
});

test('finds every offset among many batches of all sizes, over segments and from each place of the index', async () => {
  const open = await OpenLog.open(new Engine(), { segmentBytes: 60_000 }, 0);
  const sizes = [10, 4000, 200, 30_000, 90, 4090, 50_000, 1];
  const batches = await open.fill(40, (index) => ({ valueBytes: sizes[index % sizes.length] ?? 0 }));
  expect(open.log.segments.length).toBeGreaterThan(5);
  for (const [offset, batch] of batches.entries()) {
    const read = await fromDisk(open, offset, 1, true);
    expect(read.equals(batch)).toBe(true);
  }
});

test('the first batch may exceed the limit if asked so, and no other does', async () => {
  const open = await OpenLog.open(new Engine());
  const [first, second] = await open.fill(2, () => ({ valueBytes: 1000 }));
  if (first === undefined || second === undefined) throw new Error('two batches were appended');
  for (const read of [
    (bytesMax: number, mayExceed: boolean) => fromDisk(open, 0, bytesMax, mayExceed),
    async (bytesMax: number, mayExceed: boolean) => taken(readTail(open.log, 0, 2, bytesMax, mayExceed)),
  ]) {
    expect(await read(10, true)).toEqual(first);
    expect(await read(10, false)).toEqual(Buffer.alloc(0));
    expect(await read(first.length + second.length - 1, true)).toEqual(first);
    expect(await read(first.length + second.length, false)).toEqual(Buffer.concat([first, second]));
  }
});

test('returns nothing at or above the end that it is given', async () => {
  const open = await OpenLog.open(new Engine());
  const [first] = await open.fill(3);
  const read = await open.engine.run(readDisk(open.log, open.pool, 0, 1, everything, true));
  expect(taken(read)).toEqual(first);
  expect(taken(await open.engine.run(readDisk(open.log, open.pool, 1, 1, everything, true))).length).toBe(0);
  expect(taken(readTail(open.log, 0, 1, everything, true))).toEqual(first);
});

test('whichever bit of a batch is flipped, the batch is refused as damaged and never served', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0);
  const [before, batch] = await open.fill(3, () => ({ count: 2, valueBytes: 10 }));
  if (before === undefined || batch === undefined) throw new Error('three batches were appended');
  const lowestBits = Array.from({ length: batch.length }, (_, at) => at);
  // The leader's epoch lies before the CRC's bytes, and no offset depends on it.
  for (const at of lowestBits.filter((each) => each < 12 || each >= 16)) {
    await engine.flip(logFile, before.length + at);
    await expect(fromDisk(open, 2), `byte ${at}`).rejects.toThrow(DamagedLogError);
    expect(await fromDisk(open, 0, before.length)).toEqual(before);
    await engine.flip(logFile, before.length + at);
  }
  expect(await fromDisk(open, 2, batch.length)).toEqual(batch);
});

test('a read whose segment retention removes meanwhile says that the offset is gone, and a look-up by time goes on', async () => {
  const engine = new Engine();
  const { disk } = engine;
  let waits = Promise.resolve();
  const files: Disk['open'] = async (path, how) => {
    const file = await disk.open(path, how);
    let isClosed = false;
    return {
      ...file,
      read: async (target, position) => {
        await waits;
        if (isClosed) throw new Error(`${path} is closed`);
        return file.read(target, position);
      },
      close: () => {
        isClosed = true;
        return file.close();
      },
    };
  };
  Object.assign(engine, { disk: { ...disk, open: files } });
  const open = await OpenLog.open(engine, { segmentBytes: 300, retentionBytes: 1 }, 0);
  const batches = await open.fill(6, (index) => ({ timestamp: 1_000 + index }));
  waits = engine.world.sleep(1_000);
  const read = readDisk(open.log, open.pool, 0, 6, everything, true);
  const found = findBatchByTimestamp(open.log, 1_000, 6);
  const both = Promise.allSettled([read, found]);
  await engine.run(open.log.applyRetention(6));
  expect(await engine.run(both)).toMatchObject([
    { status: 'rejected', reason: { name: 'OffsetRemovedError' } },
    { status: 'fulfilled', value: batches[open.log.startOffset] },
  ]);
  expect(open.pool.bytesTaken).toBe(0);
});

test('a read from before a damaged batch ends in front of it', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0);
  const [before] = await open.fill(3);
  if (before === undefined) throw new Error('three batches were appended');
  await engine.flip(logFile, before.length + 70);
  expect(await fromDisk(open, 0)).toEqual(before);
});

test('a file that lost its end is damaged, not empty', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0);
  const [first] = await open.fill(2);
  const file = await engine.run(engine.disk.open(logFile));
  await engine.run(file.truncate(first?.length ?? 0));
  await expect(fromDisk(open, 1)).rejects.toThrow(DamagedLogError);
});

test('gives back every frame that it took, whatever became of the read', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0);
  await open.fill(2, () => ({ valueBytes: 50_000 }));
  await fromDisk(open, 0, 1000, true);
  const free = open.pool.bytesFree;
  await fromDisk(open, 1, 1000, true);
  await fromDisk(open, 1, 1000, false);
  await engine.flip(logFile, 70);
  await expect(fromDisk(open, 0)).rejects.toThrow(DamagedLogError);
  expect(open.pool.bytesFree).toBeGreaterThanOrEqual(free);
});

test('a small read behind a large batch finds its place after a restart, too', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0);
  await open.fill(2, (index) => ({ valueBytes: index === 0 ? 4000 : 200_000 }));
  await open.close();
  const again = await OpenLog.open(engine, {}, 0);
  const [last] = await again.fill(1, () => ({ valueBytes: 50 }));
  expect(await fromDisk(again, 2, 100, true)).toEqual(last);
});

test('finds the first batch that may hold a record of that time or later, below the end', async () => {
  const open = await OpenLog.open(new Engine(), { segmentBytes: 20_000 });
  const batches = await open.fill(30, (index) => ({
    valueBytes: 3000,
    timestamp: 1_800_000_000_000 + index * 10,
  }));
  const find = (timestamp: number, end: number) =>
    open.engine.run(findBatchByTimestamp(open.log, timestamp, end));
  for (const [index, batch] of batches.entries()) {
    expect(await find(1_800_000_000_000 + index * 10 - 5, 30)).toEqual(batch);
    expect(await find(1_800_000_000_000 + index * 10, 30)).toEqual(batch);
  }
  expect(await find(1_800_000_000_291, 30)).toBeNull();
  expect(await find(1_800_000_000_290, 29)).toBeNull();
});
