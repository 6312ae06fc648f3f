import { expect, test } from 'vitest';
import type { Disk } from '../deps.ts';
import { durableWriteBytesMax, rollSnapshotBytesSmall } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, OpenLog } from '../testing/log-for-tests.ts';
import { segmentFile } from './segment.ts';

const logFile = segmentFile(dir, 0, 'log');

/** The engine with what is done to the segment files of its log written down. */
function observed(engine: Engine, calls: string[]): Engine {
  const { disk } = engine;
  const open: Disk['open'] = async (path, how) => {
    const file = await disk.open(path, how);
    if (!path.endsWith('.log')) return file;
    return {
      ...file,
      write: (buffers, position) => {
        calls.push('write');
        return file.write(buffers, position);
      },
      sync: () => {
        calls.push('sync');
        return file.sync();
      },
    };
  };
  return Object.assign(engine, { disk: { ...disk, open } });
}

test('writes what is appended, byte for byte and in order, and tells when it is durable', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  const batches = [1, 2, 3].map((count) => open.append({ count }));
  expect([open.log.endOffset, open.told.durable]).toEqual([6, 0]);
  await open.settle();
  expect(open.told.durable).toBe(6);
  expect(await engine.read(logFile)).toEqual(Buffer.concat(batches));
});

test('rolls before a segment would pass its bytes, and names the next one by its first offset', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 500 });
  await open.fill(7);
  for (const segment of open.log.segments) expect(segment.size).toBeLessThanOrEqual(500);
  const bases = open.log.segments.map((segment) => segment.baseOffset);
  expect(bases.length).toBeGreaterThan(2);
  const names = await engine.list(dir);
  for (const base of bases) expect(names).toContain(segmentFile('', base, 'log').slice(1));
});

test('a batch larger than a segment gets one of its own', async () => {
  const open = await OpenLog.open(new Engine(), { segmentBytes: 500 });
  await open.fill(3, (index) => ({ valueBytes: index === 1 ? 2000 : 10 }));
  expect(open.log.segments.map((segment) => segment.baseOffset)).toEqual([0, 1, 2]);
});

test('rolls after segment.ms, counted from the first batch of the segment', async () => {
  const open = await OpenLog.open(new Engine(), { segmentMs: 1000 });
  await open.fill(1);
  await open.engine.pass(500);
  await open.fill(1);
  await open.engine.pass(600);
  await open.fill(1);
  expect(open.log.segments.map((segment) => segment.baseOffset)).toEqual([0, 2]);
});

test('leaves with each sealed segment its indexes and the producers as they were at its end', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300 });
  await open.fill(4, (index) => ({ producerId: 3, producerEpoch: 0, baseSequence: index }));
  const names = await engine.list(dir);
  for (const { baseOffset } of open.log.segments.slice(0, -1)) {
    expect(names).toContain(segmentFile('', baseOffset, 'timeindex').slice(1));
  }
  const second = open.log.segments[1]?.baseOffset ?? -1;
  const snapshot = await engine.read(segmentFile(dir, second, 'snapshot'));
  // One producer, whose last offset is the one before the segment.
  expect([snapshot.readInt32BE(6), Number(snapshot.readBigInt64BE(10 + 14))]).toEqual([1, second - 1]);
});

test('retention by size removes from the front what is too much, with all its files', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300, retentionBytes: 700 });
  await open.fill(10);
  expect(await engine.run(open.log.applyRetention(10))).toBeGreaterThan(0);
  expect(open.log.sizeBytes).toBeGreaterThanOrEqual(700);
  expect(open.log.startOffset).toBeGreaterThan(0);
  const names = await engine.list(dir);
  expect(names.filter((name) => name.startsWith('0'.repeat(20)))).toEqual([]);
});

test('what is past retention goes though nobody writes any more; offsets and producers go on behind it, also after a crash', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { retentionMs: 60_000 });
  const producer = { producerId: 7, producerEpoch: 0 };
  await open.fill(6, (index) => ({ ...producer, baseSequence: index, timestamp: engine.clock.now() }));
  expect(await engine.run(open.log.applyRetention(6))).toBe(0);
  await engine.pass(61_000);
  expect(await engine.run(open.log.applyRetention(5))).toBe(0);
  expect(await engine.run(open.log.applyRetention(6))).toBe(1);
  const { startOffset, sizeBytes, segments } = open.log;
  expect([startOffset, sizeBytes, segments.length, open.log.endOffset]).toEqual([6, 0, 1, 6]);
  expect(await engine.run(open.log.applyRetention(6))).toBe(0);
  engine.disks.cutPower();
  const again = await OpenLog.open(engine, { retentionMs: 60_000 });
  expect([again.log.startOffset, again.log.endOffset]).toEqual([6, 6]);
  expect(again.ledger.check(7, 0, 5, 5).kind).toBe('duplicate');
  await again.fill(1, () => ({ timestamp: engine.clock.now() }));
  expect([again.told.durable, again.log.startOffset]).toEqual([7, 6]);
});

test('a segment counts its age from its first records, however often the broker starts', async () => {
  const engine = new Engine();
  const options = { segmentMs: 60_000 };
  for (let start = 0; start < 4; start += 1) {
    const open = await OpenLog.open(engine, options);
    await open.fill(1, () => ({ timestamp: engine.clock.now() }));
    expect(open.log.segments).toHaveLength(start < 3 ? 1 : 2);
    await engine.run(open.log.close());
    await engine.pass(25_000);
  }
});

test('retention by time goes by the youngest record of a segment, not by its file', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300, retentionMs: 60_000 });
  await open.fill(6, (index) => ({ timestamp: engine.clock.now() - (index < 4 ? 70_000 : 0) }));
  await engine.run(open.log.applyRetention(6));
  expect(open.log.startOffset).toBe(4);
});

test('retention removes no segment before the one that follows it is on disk: its offsets would begin anew', async () => {
  const engine = new Engine();
  const { disk } = engine;
  let letGo = () => undefined as unknown;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const replace: Disk['replace'] = async (path, bytes) => {
    if (path.endsWith('.snapshot')) await held;
    await disk.replace(path, bytes);
  };
  const open = await OpenLog.open(Object.assign(engine, { disk: { ...disk, replace } }), {
    segmentBytes: 300,
    retentionBytes: 1,
  });
  for (let index = 0; index < 2; index += 1) {
    open.append({ valueBytes: 200 });
    await engine.pass(100);
  }
  expect([open.told.durable, open.log.segments.length]).toEqual([1, 2]);
  expect(await engine.run(open.log.applyRetention(1))).toBe(0);
  letGo();
  await open.settle();
  expect(await engine.run(open.log.applyRetention(2))).toBe(1);
});

test('retention removes nothing that is not committed yet', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300, retentionBytes: 0 });
  await open.fill(6);
  expect(await engine.run(open.log.applyRetention(0))).toBe(0);
  expect(open.log.startOffset).toBe(0);
});

test('after a removed segment the log starts where it did before the restart', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300, retentionBytes: 700 });
  await open.fill(10);
  await engine.run(open.log.applyRetention(10));
  await open.close();
  const again = await OpenLog.open(engine);
  expect([again.log.startOffset, again.log.endOffset]).toEqual([open.log.startOffset, 10]);
});

test('whoever still reads a removed segment is refused, and no file comes back by that', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300, retentionBytes: 0 });
  await open.fill(6);
  const [first] = open.log.segments;
  await engine.run(open.log.applyRetention(6));
  await expect(first?.file()).rejects.toThrow('closed');
  await engine.pass(10);
  expect((await engine.list(dir)).filter((name) => name.startsWith('0'.repeat(20)))).toEqual([]);
});

test('a disk that refuses fails the log: nothing more is acknowledged, nothing more is taken', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(2);
  engine.disks.faults = { ...engine.disks.faults, syncErrorRate: 1 };
  open.append();
  await open.settle();
  expect([open.told.failed, open.told.durable, open.log.failed]).toEqual([true, 2, true]);
  expect(() => open.append()).toThrow('failed log');
  expect(engine.events).toContain('log.failed');
});

test('what is told durable survives a power cut, whether its write made it so or a sync behind it', async () => {
  for (const valueBytes of [10, durableWriteBytesMax]) {
    const engine = new Engine();
    const calls: string[] = [];
    const open = await OpenLog.open(observed(engine, calls));
    await open.fill(2, () => ({ valueBytes }));
    const isSmall = valueBytes < durableWriteBytesMax;
    expect(calls).toEqual(isSmall ? ['write', 'write'] : ['write', 'sync', 'write', 'sync']);
    engine.disks.cutPower();
    const again = await OpenLog.open(engine);
    expect(again.log.endOffset).toBe(2);
  }
});

test('behind bytes that wait for a sync a small batch is not told durable before them', async () => {
  const engine = new Engine();
  const calls: string[] = [];
  const open = await OpenLog.open(observed(engine, calls));
  open.append({ valueBytes: durableWriteBytesMax });
  while (!calls.includes('sync')) await engine.pass(0.01);
  open.append();
  await open.settle();
  expect([calls, open.told.durable]).toEqual([['write', 'sync', 'write', 'sync'], 2]);
});

test('gives back each frame once it is written, also when the disk refuses', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0);
  await open.fill(3);
  const free = open.pool.bytesFree;
  expect(free).toBeGreaterThan(0);
  engine.disks.faults = { ...engine.disks.faults, writeErrorRate: 1 };
  for (let index = 0; index < 3; index += 1) open.append();
  await open.settle();
  await engine.pass(100);
  expect(open.pool.bytesFree).toBeGreaterThanOrEqual(free);
});

test('the states of many producers are not written at each of many rolls, and are all there after a start', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 300 });
  const many = 2_000;
  for (let id = 0; id < many; id += 1) {
    open.append({ producerId: id, producerEpoch: 0, baseSequence: 0 });
    if (id % 100 === 0) await open.settle();
  }
  await open.settle();
  const names = await engine.list(dir);
  const snapshots = names.filter((name) => name.endsWith('.snapshot'));
  const sizes = await Promise.all(
    snapshots.map(async (name) => (await engine.read(`${dir}/${name}`)).length),
  );
  expect(sizes.filter((size) => size > rollSnapshotBytesSmall).length).toBeLessThan(10);
  expect(sizes.length).toBeGreaterThan(100);
  await open.close();
  const again = await OpenLog.open(engine);
  expect(again.ledger.size).toBe(many);
  expect(again.ledger.check(many - 1, 0, 0, 0).kind).toBe('duplicate');
});

test('drops whole segments before an offset, and none that a start would begin to read in', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(3);
  open.log.rollBeforeNext();
  await open.fill(2);
  expect(open.log.segments.map((segment) => segment.baseOffset)).toEqual([0, 3]);
  await engine.run(open.log.dropBefore(2));
  expect(open.log.startOffset).toBe(0);
  await engine.run(open.log.dropBefore(3));
  expect([open.log.startOffset, open.log.endOffset]).toEqual([3, 5]);
  expect((await engine.list(dir)).filter((name) => name.startsWith('00000000000000000000'))).toEqual([]);
  engine.disks.cutPower();
  const next = await OpenLog.open(engine);
  expect([next.log.startOffset, next.log.endOffset]).toEqual([3, 5]);
  expect(engine.events).not.toContain('log.recovery-point.unusable');
});

test('a checkpoint that fails stops the writer: nothing is told durable of a log that is to be read anew', async () => {
  const engine = new Engine();
  const refusing = { ...engine.disk, replace: () => Promise.reject(new Error('ENOSPC')) };
  const open = await OpenLog.open(Object.assign(engine, { disk: refusing }));
  const shape = { valueBytes: 4 * 1024 * 1024 };
  while (!open.told.failed) {
    open.append(shape);
    await engine.pass(1);
  }
  const { durable } = open.told;
  expect(durable).toBeLessThan(open.log.endOffset);
  await engine.run(open.log.abandoned());
  await engine.pass(1_000);
  expect(open.told.durable).toBe(durable);
});

test('a log that failed is not read again while retention still removes of it', async () => {
  const engine = new Engine();
  const held: { release: () => void } = { release: () => undefined };
  const isFree = new Promise<void>((resolve) => {
    held.release = resolve;
  });
  const plain = engine.disk;
  const remove = (path: string) => isFree.then(() => plain.remove(path));
  const open = await OpenLog.open(Object.assign(engine, { disk: { ...engine.disk, remove } }), {
    segmentBytes: 300,
  });
  await open.fill(10);
  open.log.options = { ...open.log.options, retentionBytes: 0 };
  const removing = open.log.applyRetention(10);
  await engine.pass(100);
  const abandoned = { isDone: false };
  void open.log.abandoned().then(() => {
    abandoned.isDone = true;
  });
  await engine.pass(100);
  expect(abandoned.isDone).toBe(false);
  held.release();
  await engine.run(removing);
  await engine.pass(100);
  expect(abandoned.isDone).toBe(true);
});

test('where the disk refuses to remove a segment none behind it is removed: a start finds no hole', async () => {
  const engine = new Engine();
  const plain = engine.disk;
  const refused = { is: true };
  const remove = (path: string) =>
    refused.is
      ? Promise.reject(new Error('EIO')).finally(() => {
          refused.is = false;
        })
      : plain.remove(path);
  const open = await OpenLog.open(Object.assign(engine, { disk: { ...plain, remove } }), {
    segmentBytes: 300,
  });
  await open.fill(10);
  open.log.options = { ...open.log.options, retentionBytes: 0 };
  await expect(engine.run(open.log.applyRetention(10))).rejects.toThrow('EIO');
  refused.is = true;
  await expect(engine.run(open.log.applyRetention(10))).rejects.toThrow('EIO');
  const logs = () => engine.list(dir).then((names) => names.filter((name) => name.endsWith('.log')).length);
  expect(await logs()).toBe(10);
  await engine.run(open.log.applyRetention(10));
  expect(await logs()).toBe(1);
});
