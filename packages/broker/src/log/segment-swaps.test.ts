import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { Segment } from './segment.ts';
import { compactedFile, SegmentSwaps } from './segment-swaps.ts';

const dir = 'lkc-a/topic-0';

test('a compacted copy knows the aborted transactions of the segment whose place it takes', async () => {
  const engine = new Engine();
  await engine.run(engine.disk.makeDir(dir));
  const old = new Segment(engine.disk, dir, 0);
  const fresh = new Segment(engine.disk, dir, 0);
  await engine.run(old.file());
  await engine.write(compactedFile(dir, 0), Buffer.alloc(0));
  old.addAborted({ producerId: 7, firstOffset: 1, lastOffset: 5, lastStableOffset: 6 });
  await engine.run(old.flushIndexes());
  const log = { dir, segments: [old], isOver: () => false, fail: () => undefined };
  expect(await engine.run(new SegmentSwaps(engine.disk, log).swap(old, fresh))).toBe(true);
  expect(log.segments).toEqual([fresh]);
  const { found } = await engine.run(fresh.aborted.between(0, 9));
  expect(found).toMatchObject([{ producerId: 7 }]);
  expect(await engine.list(dir)).toContain('00000000000000000000.txnindex');
});
