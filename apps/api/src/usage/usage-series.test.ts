import { expect, it } from 'vitest';
import { seriesInterval, seriesPoints } from './usage-series.ts';

const now = Date.parse('2026-01-01T00:00:07.000Z');

it('ends with the bucket under way and has ninety of them', () => {
  const interval = seriesInterval({ granularity: 'PT10S' }, now);
  expect(new Date(interval.toMs).toISOString()).toBe('2026-01-01T00:00:10.000Z');
  expect((interval.toMs - interval.fromMs) / interval.bucketMs).toBe(90);
});

it('widens what was asked for to whole buckets', () => {
  const from = '2025-12-31T23:58:59.000Z';
  const interval = seriesInterval({ granularity: 'PT1M', from, to: '2026-01-01T00:00:01.000Z' }, now);
  expect(new Date(interval.fromMs).toISOString()).toBe('2025-12-31T23:58:00.000Z');
  expect(new Date(interval.toMs).toISOString()).toBe('2026-01-01T00:01:00.000Z');
});

it('refuses an interval that is turned around or too long', () => {
  const later = '2026-01-02T00:00:00.000Z';
  expect(() => seriesInterval({ granularity: 'PT10S', from: later }, now)).toThrow(/before/);
  expect(() => seriesInterval({ granularity: 'PT10S', from: '2025-12-01T00:00:00.000Z' }, now)).toThrow(
    /coarser/,
  );
});

it('has a point for every bucket, also where nothing happened', () => {
  const interval = { fromMs: 0, toMs: 30_000, bucketMs: 10_000 };
  const points = seriesPoints(interval, [
    { bucketMs: 10_000, meter: 'bytes_in', quantity: 5 },
    { bucketMs: 10_000, meter: 'requests', quantity: 2 },
  ]);
  expect(points.map((point) => point.bytes_in)).toEqual([0, 5, 0]);
  expect(points[1]).toMatchObject({ start: '1970-01-01T00:00:10.000Z', requests: 2, bytes_out: 0 });
});
