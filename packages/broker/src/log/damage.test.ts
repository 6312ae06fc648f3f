import { expect, test } from 'vitest';
import type { Disk } from '../deps.ts';
import { ProducerLogState } from '../partition/producer-log-state.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, ledgerForTests, OpenLog } from '../testing/log-for-tests.ts';
import { DamagedLogError, readDisk } from './read.ts';
import { recoverLog } from './recovery.ts';
import { segmentFile } from './segment.ts';

/** Twenty batches of which each is a record, five a segment, closed cleanly; then a byte of the second segment goes bad. */
async function damaged(at: number) {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 900 }, 0);
  await open.fill(20);
  const bases = open.log.segments.map((segment) => segment.baseOffset);
  await open.close();
  const [, second = 0] = bases;
  await engine.flip(segmentFile(dir, second, 'log'), at);
  await engine.run(engine.disk.remove(segmentFile(dir, second, 'index')));
  const again = await OpenLog.open(engine, { segmentBytes: 900 }, 0);
  return { engine, again, second, third: bases[2] ?? 0 };
}

/** What comes of reading each offset: the offset that the batch says, or `damaged`. */
async function readEach(open: OpenLog): Promise<(number | 'damaged')[]> {
  const found: (number | 'damaged')[] = [];
  for (let offset = 0; offset < open.log.endOffset; offset += 1) {
    try {
      const read = await open.engine.run(readDisk(open.log, open.pool, offset, open.log.endOffset, 1, true));
      found.push(Number(read.views[0]?.readBigInt64BE(0)));
      for (const frame of read.frames) frame.release();
    } catch (cause) {
      if (!(cause instanceof DamagedLogError)) throw cause;
      found.push('damaged');
    }
  }
  return found;
}

test('one damaged batch in a sealed segment is refused, and all other offsets are served and appended to', async () => {
  const { engine, again, second } = await damaged(100);
  expect(engine.lines.find((line) => line.event === 'log.segment.damaged')?.fields).toMatchObject({
    dir,
    segment: second,
    position: 0,
  });
  expect(again.log.damagedSegments).toBe(1);
  const expected = Array.from({ length: 20 }, (_, offset) => (offset === second ? 'damaged' : offset));
  expect(await readEach(again)).toEqual(expected);
  await again.fill(1);
  expect(await readEach(again)).toEqual([...expected, 20]);
});

test('offsets that a file has lost at its end are told of and refused; those before and behind them are served', async () => {
  const engine = new Engine();
  const options = { segmentBytes: 900 };
  const open = await OpenLog.open(engine, options, 0);
  const batches = await open.fill(20);
  const next = open.log.segments[1]?.baseOffset ?? 0;
  const file = await engine.run(engine.disk.open(segmentFile(dir, 0, 'log')));
  const kept = batches.slice(0, next - 2).reduce((sum, batch) => sum + batch.length, 0);
  await engine.run(file.truncate(kept));
  await engine.run(file.sync());
  const again = await OpenLog.open(engine, options, 0);
  expect(engine.lines.find((line) => line.event === 'log.offsets.missing')?.fields).toEqual({
    dir,
    from: next - 2,
    to: next,
  });
  expect(await readEach(again)).toEqual(
    Array.from({ length: 20 }, (_, offset) =>
      offset === next - 2 || offset === next - 1 ? 'damaged' : offset,
    ),
  );
  expect(again.log.damagedSegments).toBe(1);
});

test('damage is told at each start until retention has taken the segment', async () => {
  const { engine, again, second } = await damaged(100);
  await again.close();
  const third = await OpenLog.open(engine, { segmentBytes: 900, retentionBytes: 0 }, 0);
  expect(engine.events.filter((event) => event === 'log.segment.damaged')).toHaveLength(2);
  expect(await engine.run(third.log.applyRetention(20))).toBeGreaterThan(1);
  expect(third.log.startOffset).toBeGreaterThan(second);
  expect(third.log.damagedSegments).toBe(0);
});

test('retention by time passes a damaged segment', async () => {
  const { engine, again } = await damaged(100);
  await again.close();
  const later = await OpenLog.open(engine, { segmentBytes: 900, retentionMs: 1_000 }, 0);
  await engine.pass(2_000);
  await engine.run(later.log.applyRetention(20));
  expect(later.log.segments).toHaveLength(1);
});

test('a log that cannot be opened leaves no descriptor behind, at whatever operation it fails', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 900 });
  await open.fill(20);
  await open.close();
  const [, second = 0] = open.log.segments.map((segment) => segment.baseOffset);
  await engine.run(engine.disk.remove(segmentFile(dir, second, 'index')));
  let succeeded = false;
  for (let failing = 1; !succeeded; failing += 1) {
    const counts = { operations: 0, open: 0 };
    const attempt = recoverLog(
      { ...engine, disk: failingDisk(engine.disk, counts, failing) },
      dir,
      new ProducerLogState(ledgerForTests()),
      'fsync',
    );
    const outcome = await engine.run(attempt.catch(() => null));
    succeeded = outcome !== null;
    if (!succeeded) expect(counts.open, `operation ${failing}`).toBe(0);
  }
});

/** The disk, whose n-th operation is refused. */
function failingDisk(disk: Disk, counts: { operations: number; open: number }, failing: number): Disk {
  const attempt = <T>(operation: () => Promise<T>): Promise<T> => {
    counts.operations += 1;
    return counts.operations === failing ? Promise.reject(new Error('EIO')) : operation();
  };
  return {
    ...disk,
    list: (path) => attempt(() => disk.list(path)),
    readWhole: (path) => attempt(() => disk.readWhole(path)),
    syncDir: (path) => attempt(() => disk.syncDir(path)),
    open: (path, how) =>
      attempt(async () => {
        const file = await disk.open(path, how);
        counts.open += 1;
        return {
          size: () => attempt(() => file.size()),
          read: (target, position) => attempt(() => file.read(target, position)),
          write: (buffers, position) => attempt(() => file.write(buffers, position)),
          sync: () => attempt(() => file.sync()),
          truncate: (size) => attempt(() => file.truncate(size)),
          close: () => {
            counts.open -= 1;
            return file.close();
          },
        };
      }),
  };
}
