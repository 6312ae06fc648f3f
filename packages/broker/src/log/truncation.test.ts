import { expect, test } from 'vitest';
import { ProducerLogState } from '../partition/producer-log-state.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import {
  type BatchShape,
  dir,
  ledgerForTests,
  OpenLog,
  unboundedSegments,
} from '../testing/log-for-tests.ts';
import { recoverLog } from './recovery.ts';
import { restartLog, truncateLog } from './truncation.ts';

/** Two records a batch, of one producer; the term changes every ten batches. */
const shape = (index: number): BatchShape => ({
  count: 2,
  producerId: 7,
  producerEpoch: 0,
  baseSequence: 2 * index,
});

async function written(engine: Engine, batches: number, recoveryDistanceBytes?: number) {
  const log = await OpenLog.open(
    engine,
    { segmentBytes: 2_000 },
    0,
    unboundedSegments(recoveryDistanceBytes),
  );
  for (let index = 0; index < batches; index += 1) {
    log.append({ ...shape(index), partitionLeaderEpoch: Math.floor(index / 10) });
    await log.settle();
  }
  await log.close();
}

async function recovered(engine: Engine) {
  const ledger = ledgerForTests(() => 0);
  const log = await engine.run(recoverLog(engine, dir, new ProducerLogState(ledger), 'fsync'));
  for (const segment of log.segments) await engine.run(segment.close());
  return { log, ledger };
}

test.each([0, 1, 2, 3, 19, 20, 21, 40, 55, 79, 80, 81, 200])(
  'a log that is cut at %i is what it would be if nothing behind had been written',
  async (offset) => {
    for (const distance of [undefined, 1_000]) {
      const engine = new Engine();
      await written(engine, 40, distance);
      await engine.run(truncateLog(engine, dir, offset));
      const { log, ledger } = await recovered(engine);
      const whole = Math.min(Math.floor(offset / 2), 40);
      expect(log.endOffset).toBe(2 * whole);
      const next = ledger.check(7, 0, 2 * whole, 2 * whole + 1);
      expect(next).toEqual({ kind: 'accept' });
      expect(ledger.has(7)).toBe(whole > 0);
      expect(log.epochs.latest).toBe(whole === 0 ? -1 : Math.floor((whole - 1) / 10));
      expect(log.epochs.entries.every((entry) => entry.startOffset < Math.max(log.endOffset, 1))).toBe(true);
    }
  },
);

test('a cut that the power ended leaves the log whole, if longer, and a second one does the rest', async () => {
  for (let steps = 1; steps < 60; steps += 1) {
    const engine = new Engine();
    await written(engine, 40, 1_000);
    const life = { isOn: true };
    void truncateLog({ disk: engine.disks.mount(() => life.isOn) }, dir, 31);
    let left = steps;
    await engine.world.run(Number.POSITIVE_INFINITY, () => left-- === 0);
    life.isOn = false;
    engine.disks.cutPower();
    const half = await recovered(engine);
    expect(half.log.endOffset).toBeGreaterThanOrEqual(30);
    await engine.run(truncateLog(engine, dir, 31));
    const { log, ledger } = await recovered(engine);
    expect([log.endOffset, ledger.check(7, 0, 30, 31).kind]).toEqual([30, 'accept']);
  }
});

test('a log that is cut before its begin is empty, and ends there', async () => {
  const engine = new Engine();
  await engine.run(restartLog(engine, dir, 1_234));
  await engine.run(truncateLog(engine, dir, 1_000));
  const { log } = await recovered(engine);
  expect([log.endOffset, log.segments[0]?.baseOffset]).toEqual([1_000, 1_000]);
});

test('a log that begins anew elsewhere is empty, and knows nobody', async () => {
  const engine = new Engine();
  await written(engine, 20);
  await engine.run(restartLog(engine, dir, 1_234));
  const { log, ledger } = await recovered(engine);
  expect([log.endOffset, log.segments[0]?.baseOffset, ledger.size, log.epochs.latest]).toEqual([
    1_234, 1_234, 0, -1,
  ]);
});
