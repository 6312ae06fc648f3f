import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { loadLeaderEpochs, readRecoveryPoint, writeLeaderEpochs, writeRecoveryPoint } from './checkpoint.ts';

const dir = 'lkc-a/topic-0';

test('leader epochs lie in the form of Apache Kafka’s checkpoint', async () => {
  const engine = new Engine();
  await engine.run(
    writeLeaderEpochs(engine.disk, dir, [
      { epoch: 0, startOffset: 0 },
      { epoch: 4, startOffset: 120 },
    ]),
  );
  expect((await engine.read(`${dir}/leader-epoch-checkpoint`)).toString()).toBe('0\n2\n0 0\n4 120\n');
  const before = async (end: number) => (await engine.run(loadLeaderEpochs(engine.disk, dir, end))).latest;
  expect([await before(121), await before(120)]).toEqual([4, 0]);
});

test('a recovery point comes back as it was, and one that is not whole is none', async () => {
  const engine = new Engine();
  const point = { offset: 12, segmentBaseOffset: 10, position: 345 };
  await engine.run(writeRecoveryPoint(engine.disk, dir, point));
  expect(await engine.run(readRecoveryPoint(engine.disk, dir))).toEqual(point);
  const bytes = await engine.read(`${dir}/recovery-point`);
  for (let end = 0; end < bytes.length; end += 1) {
    await engine.write(`${dir}/recovery-point`, bytes.subarray(0, end));
    expect(await engine.run(readRecoveryPoint(engine.disk, dir))).toBeNull();
  }
});
