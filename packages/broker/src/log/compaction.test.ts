import { compression } from '@weir/kafka-protocol/compression';
import { encodeEndMarker } from '@weir/kafka-protocol/control-records';
import {
  type CompressionType,
  isControl,
  isDeleteHorizonSet,
  recordCount,
  setBaseOffset,
  setPartitionLeaderEpoch,
} from '@weir/kafka-protocol/record-batch';
import { decodeRecords, encodeBatch, type NewBatch } from '@weir/kafka-protocol/records';
import { describe, expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, OpenLog } from '../testing/log-for-tests.ts';
import { placeOf } from './batch-scan.ts';
import { type Compacted, type CompactionDeps, compactLog } from './compaction.ts';
import { CompactionKeys, keyTableBytes } from './compaction-keys.ts';
import { planCompaction } from './compaction-plan.ts';
import { runCompactionTask } from './compaction-task.ts';
import { findBatchByTimestamp, readDisk } from './read.ts';

const rules = { lagMsMin: 0, lagMsMax: Number.MAX_SAFE_INTEGER, dirtyRatioMin: 0, deleteRetentionMs: 1_000 };
const small = { segmentBytes: 400 };

/** `a=1` sets, `a` deletes. */
const recordOf = (text: string, timestamp: number) => {
  const [key = '', value] = text.split('=');
  return { timestamp, key: Buffer.from(key), value: value === undefined ? null : Buffer.from(value) };
};

class CompactedLog {
  readonly engine: Engine;
  open: OpenLog;
  pieces = 0;

  private constructor(engine: Engine, open: OpenLog) {
    this.engine = engine;
    this.open = open;
  }

  static async open(engine = new Engine()): Promise<CompactedLog> {
    return new CompactedLog(engine, await OpenLog.open(engine, small, 0));
  }

  async again(): Promise<void> {
    this.open = await OpenLog.open(this.engine, small, 0);
  }

  async write(texts: readonly string[], shape: Partial<NewBatch> = {}): Promise<void> {
    const { log } = this.open;
    const records = texts.map((text, at) => recordOf(text, 5_000 + log.endOffset + at));
    const bytes = encodeBatch(
      { records, partitionLeaderEpoch: 0, ...shape, baseOffset: log.endOffset },
      compression,
    );
    const frame = this.open.pool.take(bytes.length);
    bytes.copy(frame.buffer);
    log.append(placeOf(bytes, 0), frame.buffer.subarray(0, bytes.length), frame);
    frame.release();
    await this.open.settle();
  }

  /** Of the producer's transaction. */
  async end(producerId: number, isCommit: boolean): Promise<void> {
    const { log, pool } = this.open;
    const marker = { producerId, producerEpoch: 0, isCommit, coordinatorEpoch: 0, timestamp: 5_000 };
    const bytes = encodeEndMarker(marker);
    setBaseOffset(bytes, 0, log.endOffset);
    setPartitionLeaderEpoch(bytes, 0, 0);
    const frame = pool.take(bytes.length);
    bytes.copy(frame.buffer);
    log.append(placeOf(bytes, 0), frame.buffer.subarray(0, bytes.length), frame);
    frame.release();
    await this.open.settle();
  }

  deps(changed: Partial<CompactionDeps> = {}): CompactionDeps {
    return {
      ...this.engine,
      plainBytesMax: 1 << 20,
      slotsMax: 1_024,
      run: (task) => {
        this.pieces += 1;
        return Promise.resolve(runCompactionTask(task, compression));
      },
      ...changed,
    };
  }

  /** Null: nothing is due. */
  async compact(
    compactedTo = 0,
    changed: Partial<typeof rules> = {},
    deps = this.deps(),
  ): Promise<Compacted | null> {
    const { log } = this.open;
    const now = { compactedTo, decidedEnd: log.endOffset, nowMs: this.engine.clock.now() };
    const plan = planCompaction(log.segments, { ...rules, ...changed }, now);
    if (plan === null) return null;
    return this.engine.run(compactLog(deps, log, plan, { ...rules, ...changed }));
  }

  /** Every batch, as whoever reads from the beginning gets them. */
  async batches(): Promise<Buffer[]> {
    const { log, pool } = this.open;
    const found: Buffer[] = [];
    for (let offset = log.startOffset; offset < log.endOffset; ) {
      const read = await this.engine.run(readDisk(log, pool, offset, log.endOffset, 1, true));
      for (const view of read.views) {
        found.push(Buffer.from(view));
        offset = placeOf(view, 0).lastOffset + 1;
      }
      for (const frame of read.frames) frame.release();
      if (read.bytes === 0) throw new Error(`nothing at ${offset}`);
    }
    return found;
  }

  async texts(): Promise<string[]> {
    return (await this.batches()).flatMap((batch) =>
      decodeRecords(batch, 0, { compression }).map(
        ({ key, offset, value }) => `${offset} ${key}${value === null ? '' : `=${value}`}`,
      ),
    );
  }
}

test('of each key the newest record stays, with its offset and its time, and what is written to is left alone', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 12; round += 1) {
    await log.write([`a=${round}`, `b=${round}`, `only-${round}=x`]);
  }
  const before = await log.texts();
  const compacted = await log.compact();
  const compactedTo = compacted?.compactedTo ?? 0;
  const after = await log.texts();
  expect(after.filter((text) => / a=/.test(text) && Number(text.split(' ')[0]) < compactedTo)).toHaveLength(
    1,
  );
  expect(after.filter((text) => text.includes('only-'))).toHaveLength(12);
  const dirty = (text: string) => Number(text.split(' ')[0]) >= compactedTo;
  expect(after.filter(dirty)).toEqual(before.filter(dirty));
  expect(before).toEqual(expect.arrayContaining(after));
  expect(compacted?.recordsRemoved).toBe(before.length - after.length);
  const times = (await log.batches()).flatMap((batch) => decodeRecords(batch));
  for (const { offset, timestamp } of times) expect(timestamp).toBe(5_000 + offset);
});

test('offsets have no gaps, so that a start and a reader find nothing missing', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 30; round += 1) await log.write(['a=1', 'b=2']);
  await log.compact();
  const { endOffset, sizeBytes } = log.open.log;
  expect(sizeBytes).toBeLessThan(1_500);
  await log.open.close();
  await log.again();
  expect([log.open.log.endOffset, log.open.log.damagedSegments]).toEqual([endOffset, 0]);
  let next = 0;
  for (const batch of await log.batches()) {
    expect(placeOf(batch, 0).baseOffset).toBe(next);
    next = placeOf(batch, 0).lastOffset + 1;
  }
  expect(next).toBe(endOffset);
});

test('any offset is found, and the first record at a time behind what was removed', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 20; round += 1) await log.write([`key-${round % 3}=${round}`, 'same=1']);
  await log.compact();
  const { log: own, pool } = log.open;
  for (let offset = 0; offset < own.endOffset; offset += 1) {
    const read = await log.engine.run(readDisk(own, pool, offset, own.endOffset, 1, true));
    const place = placeOf(read.views[0] ?? Buffer.alloc(0), 0);
    expect(place.baseOffset <= offset && place.lastOffset >= offset).toBe(true);
    for (const frame of read.frames) frame.release();
  }
  const found = await log.engine.run(findBatchByTimestamp(own, 5_001, own.endOffset));
  expect(recordCount(found ?? Buffer.alloc(61), 0)).toBeGreaterThan(0);
});

test('a tombstone stays for delete.retention.ms after it was first compacted, and then goes (KIP-534)', async () => {
  const log = await CompactedLog.open();
  await log.write(['a=1', 'b=1']);
  await log.write(['a', 'c=1']);
  for (let round = 0; round < 10; round += 1) await log.write(['filler=x', 'filler=y']);
  const first = await log.compact();
  expect(await log.texts()).toEqual(expect.arrayContaining(['2 a', '1 b=1']));
  expect(await log.texts()).not.toContain('0 a=1');
  const marked = (await log.batches()).find((batch) => isDeleteHorizonSet(batch, 0));
  expect(decodeRecords(marked ?? Buffer.alloc(0)).map(({ timestamp }) => timestamp)).toEqual([5_002, 5_003]);
  for (let round = 0; round < 10; round += 1) await log.write(['filler=z', 'filler=w']);
  const second = await log.compact(first?.compactedTo);
  expect(await log.texts()).toContain('2 a');
  await log.engine.pass(1_001);
  for (let round = 0; round < 10; round += 1) await log.write(['filler=z', 'filler=w']);
  await log.compact(second?.compactedTo);
  expect((await log.texts()).filter((text) => text.endsWith(' a'))).toEqual([]);
});

describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies readonly CompressionType[])(
  'batches that are compressed with %s',
  (compressionType) => {
    test('stay so, and hold what is left', async () => {
      const log = await CompactedLog.open();
      for (let round = 0; round < 15; round += 1) {
        await log.write([`a=${round}`, `only-${round}=x`, 'gone'], { compressionType });
      }
      await log.compact();
      const texts = await log.texts();
      expect(texts.filter((text) => text.includes('only-'))).toHaveLength(15);
      const types = (await log.batches()).filter((batch) => recordCount(batch, 0) > 0);
      expect(new Set(types.map((batch) => batch.readInt16BE(21) & 7)).size).toBe(1);
    });
  },
);

test('what a producer wrote last leaves its sequence behind, and so does a start that reads everything anew', async () => {
  const log = await CompactedLog.open();
  const producer = { producerId: 7, producerEpoch: 0 };
  for (let sequence = 0; sequence < 5; sequence += 1)
    await log.write(['a=1'], { ...producer, baseSequence: sequence });
  for (let round = 0; round < 20; round += 1) await log.write(['a=2', 'a=3']);
  await log.compact();
  await log.open.close();
  await log.engine.run(log.engine.disk.remove(`${dir}/recovery-point`));
  await log.again();
  expect(log.open.ledger.check(7, 0, 4, 4).kind).toBe('duplicate');
  expect(log.open.ledger.check(7, 0, 5, 5).kind).toBe('accept');
});

const writer = { isTransactional: true, producerId: 9, producerEpoch: 0 };

test('what was committed in a transaction is compacted as all else, and what was aborted supersedes nothing and goes', async () => {
  const log = await CompactedLog.open();
  await log.write(['a=1', 'b=1', 'c=1']);
  await log.write(['a=2'], { ...writer, baseSequence: 0 });
  await log.end(9, true);
  await log.write(['b=2', 'd=2'], { ...writer, baseSequence: 1 });
  await log.write(['b'], { ...writer, baseSequence: 3 });
  await log.end(9, false);
  for (let round = 0; round < 12; round += 1) await log.write(['e=1', 'e=2']);
  const markers = (await log.batches()).filter((batch) => isControl(batch, 0));
  await log.compact();
  const left = (await log.texts()).filter((text) => /^\d+ [a-d]/.test(text));
  expect(left).toEqual(['1 b=1', '2 c=1', '3 a=2']);
  expect((await log.batches()).filter((batch) => isControl(batch, 0))).toEqual(markers);
  await log.open.close();
  await log.engine.run(log.engine.disk.remove(`${dir}/recovery-point`));
  await log.again();
  expect(log.open.ledger.transactions.openCount).toBe(0);
  expect(log.open.ledger.check(9, 0, 3, 3).kind).toBe('duplicate');
});

test('batches that cannot be looked into stay, and no tombstone behind them goes', async () => {
  const log = await CompactedLog.open();
  const large = `a=${'x'.repeat(5_000)}`;
  await log.write([large], { compressionType: 'gzip' });
  await log.write(['a', 'b=1']);
  const deps = log.deps({ plainBytesMax: 1_000 });
  for (let round = 0; round < 12; round += 1) await log.write(['b=2', 'b=3']);
  const first = await log.compact(0, {}, deps);
  await log.engine.pass(5_000);
  for (let round = 0; round < 12; round += 1) await log.write(['b=2', 'b=3']);
  await log.compact(first?.compactedTo, {}, deps);
  expect(await log.texts()).toEqual(expect.arrayContaining([`0 ${large}`, '1 a']));
});

test('more keys than the table holds are compacted in several passes', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 400; round += 1) {
    await log.write(Array.from({ length: 5 }, (_, at) => `${(round * 5 + at) % 1_500}=${round}`));
  }
  let compactedTo = 0;
  let passes = 0;
  for (let last = -1; last !== compactedTo && passes < 10; passes += 1) {
    last = compactedTo;
    compactedTo = (await log.compact(compactedTo))?.compactedTo ?? compactedTo;
  }
  expect(passes).toBeGreaterThan(2);
  const compacted = (await log.texts()).filter((text) => Number(text.split(' ')[0]) < compactedTo);
  const keys = compacted.map((text) => text.split(/[ =]/)[1]);
  expect(new Set(keys).size).toBe(keys.length);
});

test('nothing is compacted before it is old enough, decided, or worth it, and at the latest when it is too old', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 12; round += 1) await log.write(['a=1', 'b=1']);
  const { segments, endOffset } = log.open.log;
  const plan = (
    changed: Partial<typeof rules>,
    now: { compactedTo?: number; decidedEnd?: number; nowMs?: number },
  ) =>
    planCompaction(
      segments,
      { ...rules, ...changed },
      { compactedTo: 0, decidedEnd: endOffset, nowMs: 10_000, ...now },
    );
  expect(plan({}, {})?.endOffset).toBe(segments.at(-1)?.baseOffset);
  expect(plan({}, { decidedEnd: (segments[1]?.baseOffset ?? 0) - 1 })).toBeNull();
  expect(plan({}, { decidedEnd: segments[1]?.baseOffset ?? 0 })?.segments).toHaveLength(1);
  expect(plan({ lagMsMin: 6_000 }, {})).toBeNull();
  const compactedTo = segments.at(-2)?.baseOffset ?? 0;
  expect(plan({ dirtyRatioMin: 0.5 }, { compactedTo })).toBeNull();
  expect(plan({ dirtyRatioMin: 0.5, lagMsMax: 1_000 }, { compactedTo, nowMs: 1e15 })).not.toBeNull();
  expect(plan({}, { compactedTo: segments.at(-1)?.baseOffset ?? 0 })).toBeNull();
});

test('a segment of which no record is left goes by time with those behind it', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 20; round += 1) await log.write(['a=1', 'a=2']);
  await log.compact();
  const { log: own } = log.open;
  expect(own.segments[0]?.maxTimestamp).toBe(-1);
  own.options = { ...own.options, retentionMs: 1_000 };
  expect(await log.engine.run(own.applyRetention(own.endOffset))).toBeGreaterThan(2);
});

test('a table holds as many keys as it says, whatever they are', () => {
  const keys = new CompactionKeys(new SharedArrayBuffer(keyTableBytes(1, 1_024)));
  for (let at = 0; at < keys.countMax; at += 1) keys.put(Buffer.from(`key ${at}`), at);
  for (let at = 0; at < keys.countMax; at += 1) expect(keys.newest(Buffer.from(`key ${at}`))).toBe(at);
  expect(keys.newest(Buffer.from('other'))).toBe(-1);
  expect(keys.count).toBe(keys.countMax);
});

test('readers of a segment that a compacted copy replaces meanwhile get one or the other', async () => {
  const log = await CompactedLog.open();
  for (let round = 0; round < 30; round += 1) await log.write([`a=${round}`, `only-${round}=x`]);
  const { log: own, pool } = log.open;
  const plan = planCompaction(own.segments, rules, {
    compactedTo: 0,
    decidedEnd: own.endOffset,
    nowMs: 10_000,
  });
  if (plan === null) throw new Error('there is something to compact');
  const state = { isDone: false, reads: 0 };
  const read = async () => {
    for (; !state.isDone; state.reads += 1) {
      const offset = state.reads % own.endOffset;
      const { views, frames } = await readDisk(own, pool, offset, own.endOffset, 1, true);
      const place = placeOf(views[0] ?? Buffer.alloc(0), 0);
      expect(place.baseOffset <= offset && place.lastOffset >= offset).toBe(true);
      for (const frame of frames) frame.release();
    }
  };
  const compacting = compactLog(log.deps(), own, plan, rules).finally(() => {
    state.isDone = true;
  });
  await log.engine.run(Promise.all([compacting, read(), read(), read()]));
  expect(state.reads).toBeGreaterThan(100);
});

test('a power cut at any moment of it loses no key’s newest record, and what is left is whole', async () => {
  let interrupted = 0;
  for (let steps = 0; steps < 120; steps += 1) {
    const log = await CompactedLog.open();
    for (let round = 0; round < 16; round += 1)
      await log.write([`a=${round}`, `b=${round}`, `only-${round}=x`]);
    const newest = new Map((await log.texts()).map((text) => [text.split(/[ =]/)[1], text]));
    const { endOffset } = log.open.log;
    const state = { isDone: false };
    void log.compact().then(
      () => {
        state.isDone = true;
      },
      () => undefined,
    );
    await log.engine.pass(steps / 2);
    if (!state.isDone) interrupted += 1;
    log.engine.disks.cutPower();
    await log.again();
    const texts = await log.texts();
    expect([...newest.values()].filter((text) => !texts.includes(text))).toEqual([]);
    expect([log.open.log.endOffset, log.open.log.damagedSegments]).toEqual([endOffset, 0]);
    expect((await log.engine.list(dir)).filter((name) => name.endsWith('.cleaned') && state.isDone)).toEqual(
      [],
    );
    // It begins again, and comes to the same.
    await log.compact();
    const after = await log.texts();
    expect([...newest.values()].filter((text) => !after.includes(text))).toEqual([]);
  }
  expect(interrupted).toBeGreaterThan(10);
});
