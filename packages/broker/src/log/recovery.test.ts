import { batchLastOffset } from '@weir/kafka-protocol/record-batch';
import { expect, test } from 'vitest';
import { ProducerLogState } from '../partition/producer-log-state.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, ledgerForTests, OpenLog, unboundedSegments } from '../testing/log-for-tests.ts';
import { findBatchByTimestamp, readDisk } from './read.ts';
import { recoverLog } from './recovery.ts';
import { segmentFile } from './segment.ts';

const logFile = segmentFile(dir, 0, 'log');
const producer = (index: number) => ({ producerId: 7, producerEpoch: 0, baseSequence: index });

/** The batches of the log, read one by one from disk. */
async function contents(open: OpenLog): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = open.log.startOffset; offset < open.log.endOffset; ) {
    const read = await open.engine.run(readDisk(open.log, open.pool, offset, open.log.endOffset, 1, true));
    for (const view of read.views) {
      offset = batchLastOffset(view, 0) + 1;
      parts.push(Buffer.from(view));
    }
    for (const frame of read.frames) frame.release();
  }
  return Buffer.concat(parts);
}

test('a batch torn at any byte goes, and everything before it stays', async () => {
  const engine = new Engine();
  const first = await OpenLog.open(engine);
  const batches = await first.fill(3, (index) => ({ valueBytes: 10, ...producer(index) }));
  const bytes = await engine.read(logFile);
  const whole = bytes.length - (batches[2]?.length ?? 0);
  for (let end = whole; end < bytes.length; end += 1) {
    const life = new Engine();
    await life.write(logFile, bytes.subarray(0, end));
    const open = await OpenLog.open(life);
    expect(open.log.endOffset).toBe(2);
    expect((await life.read(logFile)).equals(bytes.subarray(0, whole))).toBe(true);
    expect(life.events).toEqual(end === whole ? [] : ['log.tail.cut']);
    expect(open.ledger.check(7, 0, 2, 2).kind).toBe('accept');
    expect(open.ledger.check(7, 0, 1, 1).kind).toBe('duplicate');
  }
});

test('zeros behind the last batch, as a crash of the machine leaves them, go', async () => {
  const engine = new Engine();
  await (await OpenLog.open(engine)).fill(2);
  const bytes = await engine.read(logFile);
  await engine.write(logFile, Buffer.concat([bytes, Buffer.alloc(5000)]));
  expect((await OpenLog.open(engine)).log.endOffset).toBe(2);
  expect(await engine.read(logFile)).toEqual(bytes);
});

test('the youngest record before a recovery point is found by its time, though a younger one behind it is lost', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, {}, 0, unboundedSegments(1));
  const timestamp = 1_800_000_001_000;
  const [bytes] = [open.append({ timestamp }), open.append({ timestamp: timestamp + 1_000 })];
  await open.settle();
  await engine.pass(1_000);
  await engine.flip(logFile, bytes.length + 80);
  const again = await OpenLog.open(engine);
  expect(again.log.endOffset).toBe(1);
  expect(await engine.run(findBatchByTimestamp(again.log, timestamp, 1))).toEqual(bytes);
});

test('behind damage in the middle nothing is served, and what is cut is kept beside the log', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  const batches = await open.fill(4);
  const bytes = await engine.read(logFile);
  const position = batches[0]?.length ?? 0;
  await engine.flip(logFile, position + 80);
  const damaged = await engine.read(logFile);
  const again = await OpenLog.open(engine);
  expect(again.log.endOffset).toBe(1);
  expect(await engine.read(logFile)).toEqual(bytes.subarray(0, position));
  const kept = (await engine.list(dir)).filter((name) => name.endsWith(`_0-${position}.cut`));
  expect(kept).toHaveLength(1);
  expect(await engine.read(`${dir}/${kept[0]}`)).toEqual(damaged.subarray(position));
  expect(engine.lines.at(-1)?.fields).toMatchObject({ kept: true, position });
});

test('any damaged byte of a header ends the log there, and does not keep it from opening', async () => {
  const engine = new Engine();
  const batches = await (await OpenLog.open(engine)).fill(3, () => ({ valueBytes: 10 }));
  const bytes = await engine.read(logFile);
  const position = batches[0]?.length ?? 0;
  for (let at = position; at < position + 61; at += 1) {
    // The leader's epoch is covered by nothing.
    if (at >= position + 12 && at < position + 16) continue;
    const life = new Engine();
    await life.write(logFile, bytes);
    await life.flip(logFile, at);
    expect((await OpenLog.open(life)).log.endOffset, `byte ${at - position}`).toBe(1);
  }
});

test('later segments of a damaged one are kept under names that no start reads', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 1000 });
  await open.fill(20);
  const bases = open.log.segments.map((segment) => segment.baseOffset);
  await engine.flip(logFile, 70);
  const again = await OpenLog.open(engine);
  expect(again.log.endOffset).toBe(0);
  const names = await engine.list(dir);
  for (const base of bases.slice(1)) {
    expect(names.filter((name) => name.endsWith(`_${base}.cut`))).toHaveLength(1);
    expect(names).not.toContain(segmentFile('', base, 'log').slice(1));
  }
  await again.fill(3);
  expect((await OpenLog.open(engine)).log.endOffset).toBe(3);
});

test.each(['missing', 'torn', 'wrong'] as const)(
  'an index that is %s is made anew, also on disk',
  async (how) => {
    const engine = new Engine();
    const open = await OpenLog.open(engine, { segmentBytes: 30_000 }, 0);
    await open.fill(30, () => ({ valueBytes: 2500 }));
    await open.close();
    const files = ['index', 'timeindex'].map((kind) => segmentFile(dir, 0, kind as 'index' | 'timeindex'));
    const sound = await Promise.all(files.map((file) => engine.read(file)));
    expect(sound[0]?.length).toBeGreaterThan(16);
    for (const [at, file] of files.entries()) {
      if (how === 'missing') await engine.run(engine.disk.remove(file));
      else if (how === 'torn') await engine.write(file, (sound[at] ?? Buffer.alloc(0)).subarray(3));
      else await engine.write(file, Buffer.alloc(24, 0x7f));
    }
    const again = await OpenLog.open(engine, { segmentBytes: 30_000 }, 0);
    expect(again.log.endOffset).toBe(30);
    for (const [at, file] of files.entries()) expect(await engine.read(file)).toEqual(sound[at]);
    for (let offset = 0; offset < 30; offset += 1) {
      const read = await engine.run(readDisk(again.log, again.pool, offset, 30, 1, true));
      expect(Number(read.views[0]?.readBigInt64BE(0))).toBe(offset);
    }
  },
);

test.each(['missing', 'unreadable', 'beyond the file'] as const)(
  'a recovery point that is %s costs reading the log again, and nothing else',
  async (how) => {
    const engine = new Engine();
    const open = await OpenLog.open(engine);
    await open.fill(5, producer);
    await open.close();
    const point = `${dir}/recovery-point`;
    if (how === 'missing') await engine.run(engine.disk.remove(point));
    if (how === 'unreadable') await engine.write(point, Buffer.from('0\n5 0'));
    if (how === 'beyond the file') await engine.write(point, Buffer.from('0\n9 0 999999\n'));
    const again = await OpenLog.open(engine);
    expect(again.log.endOffset).toBe(5);
    expect(again.ledger.check(7, 0, 0, 0).kind).toBe('duplicate');
  },
);

test('a damaged producer snapshot costs reading the log again, and nothing else', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(5, producer);
  await open.close();
  await engine.flip(segmentFile(dir, 5, 'snapshot'), 12);
  const again = await OpenLog.open(engine);
  expect(again.ledger.check(7, 0, 4, 4).kind).toBe('duplicate');
  expect(again.ledger.check(7, 0, 5, 5).kind).toBe('accept');
  expect(engine.events).toContain('log.recovery-point.unusable');
});

test('after a clean stop nothing of the log is read again, and the producers are known', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(5, producer);
  const bytes = await contents(open);
  await open.close();
  const again = await OpenLog.open(engine);
  expect(again.log.endOffset).toBe(5);
  expect(again.ledger.check(7, 0, 4, 4).kind).toBe('duplicate');
  expect(await contents(again)).toEqual(bytes);
});

test('what was acknowledged before a power cut is there after it, whatever the disk loses', async () => {
  for (let round = 0; round < 50; round += 1) {
    const engine = new Engine();
    for (let skipped = 0; skipped < round; skipped += 1) engine.world.random.next();
    const open = await OpenLog.open(engine, { segmentBytes: 2000 });
    const batches = await open.fill(10);
    for (let index = 0; index < 5; index += 1) open.append();
    await engine.pass(round % 4);
    const { durable } = open.told;
    engine.disks.cutPower();
    const again = await OpenLog.open(engine, { segmentBytes: 2000 });
    expect(again.log.endOffset).toBeGreaterThanOrEqual(durable);
    const kept = await contents(again);
    const acknowledged = Buffer.concat(batches);
    expect(kept.subarray(0, acknowledged.length).equals(acknowledged)).toBe(true);
  }
});

test('what a killed process left is brought to the medium before it counts, but where flushing is left to the system', async () => {
  for (const durability of ['fsync', 'os'] as const) {
    const engine = new Engine();
    await (await OpenLog.open(engine, { durability })).fill(3);
    const counts = { writes: 0, syncs: 0 };
    const { disk } = engine;
    const counting = {
      ...disk,
      syncDir: (path: string) => {
        counts.syncs += 1;
        return disk.syncDir(path);
      },
      open: async (...args: Parameters<typeof disk.open>) => {
        const file = await disk.open(...args);
        const write: typeof file.write = (...what) => {
          counts.writes += 1;
          return file.write(...what);
        };
        const sync = () => {
          counts.syncs += 1;
          return file.sync();
        };
        return {
          size: () => file.size(),
          read: file.read.bind(file),
          write,
          sync,
          truncate: file.truncate.bind(file),
          close: () => file.close(),
        };
      },
    };
    const state = new ProducerLogState(ledgerForTests());
    const recovered = await engine.run(recoverLog({ ...engine, disk: counting }, dir, state, durability));
    expect(recovered.endOffset).toBe(3);
    expect(counts).toEqual(durability === 'os' ? { writes: 0, syncs: 0 } : { writes: 1, syncs: 2 });
  }
});
