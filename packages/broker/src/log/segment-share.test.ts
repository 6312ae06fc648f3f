import { expect, test } from 'vitest';
import { logBounds } from '../engine-bounds.ts';
import { segmentBytesMin, segmentBytesWhenManyMin, segmentMsMin, segmentsPerClusterMax } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { OpenLog, plainOptions } from '../testing/log-for-tests.ts';
import { SegmentShare } from './segment-share.ts';

const smallest = { ...plainOptions, segmentBytes: 1, segmentMs: 1 };

test('a segment.ms of a millisecond and a segment.bytes of a byte have the effect of the least allowed', () => {
  const share = new SegmentShare(logBounds, () => undefined);
  expect(share.mustRoll(smallest, segmentBytesMin, segmentMsMin)).toBe(false);
  expect(share.mustRoll(smallest, segmentBytesMin + 1, 0)).toBe(true);
  expect(share.mustRoll(smallest, 1, segmentMsMin + 1)).toBe(true);
});

test('past its bound of segments a cluster rolls none by time, and larger ones by size, and is told', () => {
  let postponed = 0;
  const share = new SegmentShare(logBounds, () => {
    postponed += 1;
  });
  share.change(segmentsPerClusterMax);
  expect(share.mustRoll(smallest, 10, Number.MAX_SAFE_INTEGER)).toBe(false);
  expect(share.mustRoll(smallest, segmentBytesWhenManyMin, 0)).toBe(false);
  expect(postponed).toBe(2);
  expect(share.mustRoll(smallest, segmentBytesWhenManyMin + 1, 0)).toBe(true);
  share.change(-1);
  expect(share.mustRoll(smallest, segmentBytesMin + 1, 0)).toBe(true);
});

test('logs count what they seal, what retention removes, and what a start finds', async () => {
  const engine = new Engine();
  const share = new SegmentShare({ ...logBounds, segmentBytesMin: 0 }, () => undefined);
  const options = { segmentBytes: 300, retentionBytes: 700 };
  const open = await OpenLog.open(engine, options, 0, share);
  await open.fill(10);
  expect(share.sealed).toBe(open.log.segments.length - 1);
  await engine.run(open.log.applyRetention(10));
  expect(share.sealed).toBe(open.log.segments.length - 1);
  await open.close();
  expect(share.sealed).toBe(0);
  const again = await OpenLog.open(engine, options, 0, share);
  expect(share.sealed).toBe(again.log.segments.length - 1);
});
