import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, OpenLog } from '../testing/log-for-tests.ts';
import { restartLog, truncateLog } from './truncation.ts';

const small = { segmentBytes: 300 };

test('a log begins where records were deleted, also in the middle of a batch, and after a power cut', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(4, () => ({ count: 5 }));
  await engine.run(open.log.deleteBefore(7));
  expect([open.log.startOffset, open.log.firstOffset, open.log.endOffset]).toEqual([7, 0, 20]);
  engine.disks.cutPower();
  const again = await OpenLog.open(engine);
  expect([again.log.startOffset, again.log.firstOffset, again.log.endOffset]).toEqual([7, 0, 20]);
});

test('segments that lie wholly before it go from the disk', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, small);
  await open.fill(10);
  const { sizeBytes } = open.log;
  await engine.run(open.log.deleteBefore(7));
  expect(open.log.startOffset).toBe(7);
  expect(open.log.firstOffset).toBeGreaterThan(4);
  expect(open.log.sizeBytes).toBeLessThan(sizeBytes / 2);
  const names = await engine.list(dir);
  expect(names.filter((name) => name.startsWith('0'.repeat(20)))).toEqual([]);
});

test('where all is deleted the active segment goes as well, if there is something in it, and offsets go on', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(2, () => ({ count: 100, valueBytes: 1_000 }));
  await engine.run(open.log.deleteBefore(200));
  expect([open.log.firstOffset, open.log.sizeBytes, open.log.endOffset]).toEqual([200, 0, 200]);
  engine.disks.cutPower();
  const again = await OpenLog.open(engine);
  await again.fill(1);
  expect([again.log.startOffset, again.log.endOffset]).toEqual([200, 201]);
});

test('what was deleted stays so: an earlier offset changes nothing, and of several the last holds', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(10);
  const deletions = [3, 8, 5].map((offset) => open.log.deleteBefore(offset));
  await engine.run(Promise.all(deletions));
  expect(open.log.startOffset).toBe(8);
  await open.close();
  expect((await OpenLog.open(engine)).log.startOffset).toBe(8);
});

test('a log that was cut before where it began begins at its end, and keeps what comes then', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(10);
  await engine.run(open.log.deleteBefore(8));
  await open.close();
  await engine.run(truncateLog(engine, dir, 5));
  const cut = await OpenLog.open(engine);
  expect([cut.log.startOffset, cut.log.endOffset]).toEqual([5, 5]);
  await cut.fill(6);
  await cut.close();
  expect((await OpenLog.open(engine)).log.startOffset).toBe(5);
});

test('a log that begins anew knows nothing of what was deleted before', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine);
  await open.fill(10);
  await engine.run(open.log.deleteBefore(8));
  await open.close();
  await engine.run(restartLog(engine, dir, 6));
  expect((await OpenLog.open(engine)).log.startOffset).toBe(6);
  expect(await engine.list(dir)).not.toContain('log-start-offset');
});

test('a deletion that a power cut interrupts has happened or not, and what was kept is there', async () => {
  for (let steps = 0; steps < 30; steps += 1) {
    const engine = new Engine();
    const open = await OpenLog.open(engine, small);
    await open.fill(10);
    const state = { isDone: false };
    void open.log.deleteBefore(7).then(() => {
      state.isDone = true;
    });
    for (let step = 0; step < steps; step += 1) await engine.pass(1);
    const { isDone } = state;
    engine.disks.cutPower();
    const again = await OpenLog.open(engine, small);
    expect([0, 7]).toContain(again.log.startOffset);
    if (isDone) expect(again.log.startOffset).toBe(7);
    expect(again.log.endOffset).toBe(10);
    expect(again.log.firstOffset).toBeLessThanOrEqual(7);
  }
});
